import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { escapeHtml, markup, page, table } from '../../../electron/host/report/html.ts'

test.each([
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  [`" onload='x' &amp;`, '&quot; onload=&#39;x&#39; &amp;amp;'],
  ['a\u202eb\u0000\u200b\ud83d', 'a⟨U+202E⟩b⟨U+0000⟩⟨U+200B⟩⟨U+D83D⟩'],
  ['two\r\nlines\tand 🙂 é', 'two\nlines\tand 🙂 é'],
])('%j is escaped', (text, safe) => {
  expect(escapeHtml(text)).toBe(safe)
})

test('values of a template are escaped, templates in templates are not escaped again', () => {
  const inner = markup`<b>${'<&>'}</b>`
  expect(markup`<p>${inner}${[inner]}${1}</p>`.html).toBe(
    '<p><b>&lt;&amp;&gt;</b><b>&lt;&amp;&gt;</b>1</p>',
  )
  expect(table(['<h>'], [['<c>', 2]]).html).toBe(
    '<table><thead><tr><th scope="col">&lt;h&gt;</th></tr></thead><tbody><tr><td>&lt;c&gt;</td>\n<td>2</td></tr></tbody></table>',
  )
})

test('a page allows nothing but its own style', () => {
  const text = page('<t>', [markup`<p>x</p>`])
  expect(text).toContain('<title>&lt;t&gt;</title>')
  expect(text).toMatch(
    /content="default-src 'none'; style-src 'sha256-[\w+/]+=*'; base-uri 'none'; form-action 'none'"/,
  )
  const [, digest] = /'sha256-([^']+)'/.exec(text) ?? []
  const [, style = ''] = /<style>([^]*)<\/style>/.exec(text) ?? []
  expect(createHash('sha256').update(style).digest('base64')).toBe(digest)
  expect(text).not.toMatch(/<script|<link|src=|href=|url\(|@import/)
})
