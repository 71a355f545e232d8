import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nodeProblem, OLDEST_NODE } from '../../../electron/cli/node-version.ts'

test.each(['20.20.2', '18.0.0', '22.17.1', '9.11.2', 'garbage'])('%s is refused', (version) => {
  expect(nodeProblem(version)).toBe(`Kelvin needs Node 22.18 or later, found ${version}`)
})

test.each(['22.18.0', '23.0.0', '24.21.0', '100.0.0'])('%s serves', (version) => {
  expect(nodeProblem(version)).toBeNull()
})

test('the launcher, which can import nothing, asks for the same', () => {
  const launcher = readFileSync(new URL('../../../bin/kelvin.js', import.meta.url), 'utf8')
  const [major, minor] = OLDEST_NODE
  expect(launcher).toContain(`major < ${major} || (major === ${major} && minor < ${minor})`)
  expect(launcher).toContain(`Kelvin needs Node ${major}.${minor} or later`)
})
