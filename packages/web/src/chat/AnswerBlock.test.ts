import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { createAppI18n } from '../app/i18n.ts'
import { AnswerBlock } from './AnswerBlock.ts'

function show(html: string): HTMLElement {
  const host = document.createElement('div')
  mount(AnswerBlock, { props: { html, citations: new Map(), active: null }, global: { plugins: [createAppI18n()] }, attachTo: host })
  return host
}

test('what the renderer would never write does not become part of the page', () => {
  const host = show(
    '<p onclick="x()" style="color:red" id="composer">a</p><p><img src="/i" onerror="x()"></p><form action="/"><input><button>b</button></form><p><a href="javascript:x()">c</a></p>',
  )
  expect(host.querySelector('img, form, input, button, [onclick], [onerror], [style], [id], [action], [href]')).toBeNull()
  expect(host.textContent).toContain('a')
  expect(host.textContent).toContain('c')
})

test('a mark without a citation leaves nothing', () => {
  expect(show('<p>a<span data-marks="9"></span></p>').textContent).toBe('a')
})
