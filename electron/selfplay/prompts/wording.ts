/**
 * What base and chat models are asked, in words: one instruction per role and kind.
 * Not here: how it is wrapped (base.ts, chat.ts), how answers are read (reading.ts).
 * Source: azr.md 3.2 says what each prompt must contain; the sentences are our own.
 */
import { ALLOWED_MODULES } from '../../contract/policy.ts'
import type { Kind, Pair, TaskBody } from '../../contract/task.ts'
import { shownValue } from '../values.ts'
import type { ProposeOptions } from './prompts.ts'

export function proposeText(kind: Kind, options: ProposeOptions): string {
  return kind === 'induction' ? inputsText(options) : programText(kind, options)
}

const HIDDEN: Readonly<Record<'deduction' | 'abduction', string>> = {
  deduction: 'the program and the input, and has to work out what the program returns',
  abduction: 'the program and its output, and has to find an input that leads to that output',
}

const PROGRAM_RULES = `Rules for the program:
- The entry is a function called f with at least one parameter, and it returns a value. The last thing it does is return it.
- The same input always gives the same output: no randomness, no clock, no files, no network, no printing, nothing from outside.
- Carry some state through several steps of work, so that a reader has to follow it.
- It finishes well within a second. Imports and helper classes stand at the top.
- Imports are limited to: ${ALLOWED_MODULES.join(', ')}.`

const INPUT_RULES = `Rules for the input:
- Exactly one call of f: the arguments as Python literals, separated by commas, without the name f. Strings are quoted.`

function programText(
  kind: 'deduction' | 'abduction',
  { references, given = [] }: ProposeOptions,
): string {
  return `You are writing one item of an intelligence test. The test subject, a capable programmer without a computer, is shown ${HIDDEN[kind]}.
Invent a Python program together with one input.

${PROGRAM_RULES}

${INPUT_RULES}
${givenBlock(given)}
The item is good when it runs, when the subject needs several steps of thought but can get there, and when it is unlike the items below.
Plan first: choose an idea, then the steps that hide it, then the input that brings it out.

Write the final item like this, and nothing else between the answer tags:
<answer>
${fenced('python', 'def f(word, times):\n    # your steps\n    return word * times')}
${fenced('input', "'ab', 3")}
</answer>

${referenceBlock(references)}`
}

/** What a composite item has to build on. */
function givenBlock(given: readonly string[]): string {
  if (given.length === 0) return ''
  const names = given.map((_, at) => `g_${at}`).join(', ')
  return `
These functions stand before your program:
${fenced('python', given.join('\n\n'))}

- f calls every one of them (${names}), and does more than give back what one of them returns.
- Do not write them again and do not change them: your program begins after them.
`
}

function referenceBlock(references: readonly TaskBody[]): string {
  if (references.length === 0) return 'There are no earlier items yet.'
  const items = references.map((task, at) => {
    const pair = task.pairs[0] ?? { input: '', output: '' }
    return `Item ${at + 1}:\n${fenced('python', task.program)}\n${pairFences(pair)}`
  })
  return `Earlier items, to be different from:\n\n${items.join('\n\n')}`
}

function inputsText({ references, inputs }: ProposeOptions): string {
  const program = references[0]?.program ?? ''
  return `You are writing one item of an intelligence test. The test subject sees some pairs of input and output of a hidden program and a message from you, and has to write a program that does the same.
This is the program, which the subject does not see:

${fenced('python', program)}

It is called as f(<input>). Write ${inputs} different inputs and one message.
- Each input is the arguments of one call as Python literals, separated by commas, without the name f. Strings are quoted.
- Together the inputs reach every path of the program, so that the pairs determine what it does. Be varied and inventive.
- The message is a hint in plain words. It must not contain the program or parts of it.

Write the final item like this, with ${inputs} input blocks, and nothing else between the answer tags:
<answer>
${fenced('input', "'ab', 3")}
${fenced('input', "'xyz', 0")}
${fenced('message', 'Think of an echo.')}
</answer>`
}

export function solveText(task: TaskBody): string {
  return SOLVE[task.kind](task)
}

const SOLVE: Readonly<Record<Kind, (task: TaskBody) => string>> = {
  deduction: ({
    program,
    pairs,
  }) => `What does f return for this input? Follow the program step by step.

${fenced('python', program)}
${fenced('input', pairs[0]?.input ?? '')}

Give the value as a Python literal, strings quoted, several values as a tuple:
<answer>
${fenced('output', "{'a': 20, 'b': 11}")}
</answer>`,
  abduction: ({
    program,
    pairs,
  }) => `Find an input for which f returns this output. Any input that does is right.

${fenced('python', program)}
${fenced('output', shownValue(pairs[0]?.output ?? ''))}

Give the arguments as Python literals separated by commas, without the name f, strings quoted:
<answer>
${fenced('input', "'ab', 3")}
</answer>`,
  induction: ({
    pairs,
    message,
  }) => `Write a Python function f that turns each input into its output. It will be tried on further inputs of the same hidden program.

${pairs.map((pair, at) => `Pair ${at + 1}:\n${pairFences(pair)}`).join('\n\n')}

${message === '' ? '' : `The author of the item says:\n${fenced('message', message)}\n\n`}Do not list the known pairs in the program; find the rule.
<answer>
${fenced('python', 'def f(word, times):\n    return word * times')}
</answer>`,
}

function pairFences({ input, output }: Pair): string {
  return `${fenced('input', input)}\n${fenced('output', shownValue(output))}`
}

// A fence inside the text would end the block early.
function fenced(tag: string, text: string): string {
  return `\`\`\`${tag}\n${text.replaceAll('```', "'''")}\n\`\`\``
}
