import { describe, expect, test } from 'vitest'
import { KINDS } from '../../../../electron/contract/task.ts'
import type { Task } from '../../../../electron/contract/task.ts'
import { solverView } from '../../../../electron/selfplay/azr/view.ts'
import { BASE_PROMPTS } from '../../../../electron/selfplay/prompts/base.ts'
import { CHAT_PROMPTS } from '../../../../electron/selfplay/prompts/chat.ts'
import { NANO_PROMPTS } from '../../../../electron/selfplay/prompts/nano.ts'

const hidden = 'canary7731'

function canaried(kind: Task['kind']): Task {
  const text = (name: string) => `'${name}'`
  const pair = (at: number, secret: boolean) => ({
    input: text(kind === 'abduction' || secret ? hidden : `in${at}`),
    output: kind === 'deduction' || secret ? `s${Buffer.from(hidden).toString('hex')};` : 's6f;',
  })
  const pairs = kind === 'induction' ? [0, 1, 2, 3].map((at) => pair(at, at > 1)) : [pair(0, false)]
  const program =
    kind === 'induction' ? `def f(x):\n    return '${hidden}'` : 'def f(x):\n    return x'
  return { id: '1/x/0', step: 1, kind, program, pairs, visible: 2, message: 'hint' }
}

describe.each([NANO_PROMPTS, BASE_PROMPTS, CHAT_PROMPTS])('prompts $version', (prompts) => {
  test.each(KINDS)('%s: no hidden field reaches the solver', (kind) => {
    const parts = prompts.solve(solverView(canaried(kind)))
    const text = parts.map((part) => part.text).join('')
    expect(text).not.toContain(hidden)
    expect(text).not.toContain(Buffer.from(hidden).toString('hex'))
  })

  test.each(KINDS)('%s: what the solver may see is there', (kind) => {
    const text = prompts
      .solve(solverView(canaried(kind)))
      .map((part) => part.text)
      .join('')
    const wanted = {
      deduction: ['return x', 'in0'],
      abduction: ['return x', "'o'"],
      induction: ['in0', 'in1', "'o'"],
    }
    for (const piece of wanted[kind]) expect(text).toContain(piece)
  })
})

test('the view of an induction task has neither program nor hidden pairs', () => {
  const view = solverView(canaried('induction'))
  expect([view.program, view.pairs.length]).toEqual(['', 2])
})
