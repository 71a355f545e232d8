import { expect, test } from 'vitest'
import { keysIn } from '../../../../renderer/text/shortcut-file.ts'

test('a file of shortcuts is commands with keys, or nothing at all', () => {
  expect(keysIn('{"go.runs":"g x","theme.dark":""}')).toEqual({
    'go.runs': 'g x',
    'theme.dark': '',
  })
  for (const text of ['', '[]', 'null', '"g r"', '{"go.runs":1}', '{"a":{}}', '{']) {
    expect(keysIn(text)).toBeNull()
  }
})
