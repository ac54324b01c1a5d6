/** The pages of the app. Every page but the start is its own file, loaded when first visited. */
import { createRouter, createWebHistory } from 'vue-router'
import HomePage from '../chat/HomePage.vue'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'home', component: HomePage },
    { path: '/c/:chat', name: 'chat', component: () => import('../chat/ChatPage.vue') },
    { path: '/library/:collection?', name: 'library', component: () => import('../library/LibraryPage.vue') },
    { path: '/sources', name: 'sources', component: () => import('../library/SourcesPage.vue') },
    { path: '/d/:document', name: 'document', component: () => import('../source/DocumentPage.vue') },
    { path: '/:rest(.*)*', name: 'nothing', component: () => import('./NothingPage.vue') },
  ],
})
