import { PiniaColada } from '@pinia/colada'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './app/App.vue'
import { createAppI18n } from './app/i18n.ts'
import { router } from './app/router.ts'
import { applyTheme } from './ui/theme.ts'
import './ui/base.css'
import './chat/prose.css'
import './source/source.css'
import './source/sheet.css'

applyTheme()
createApp(App).use(createPinia()).use(PiniaColada).use(createAppI18n()).use(router).mount('#app')
