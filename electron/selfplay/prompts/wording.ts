/**
 * What base and chat models are asked, in words: one instruction per role and kind.
 * Not here: how it is wrapped (base.ts, chat.ts), how answers are read (reading.ts).
 * Source: azr.md 3.2 says what each prompt must contain; the sentences are our own.
 */
import { ALLOWED_MODULES } from '../../contract/policy.ts'
import { NO_ERROR } from '../../contract/task.ts'
import type { Kind, Pair, TaskBody } from '../../contract/task.ts'
import { shownOutput, shownValue } from '../values.ts'
import type { ProposeOptions } from './prompts.ts'

export function proposeText(kind: Kind, options: ProposeOptions): string {
  if (kind === 'induction') return inputsText(options)
  return programText(options.error === undefined ? PLAIN[kind] : errorItem(options.error), options)
}

/** What tells items of one program and one input apart. */
type Item = {
  /** What the subject is shown, and has to find. */
  readonly hidden: string
  /** How f ends, and that it always ends so. */
  readonly entry: string
  readonly always: string
  /** Further rules for the program, with their line breaks. */
  readonly more: string
  readonly goodWhen: string
  /** The last lines of the program that shows the form. */
  readonly example: string
}

const VALUE = {
  entry: 'and it returns a value. The last thing it does is return it.',
  always: 'gives the same output',
  more: '',
  goodWhen: 'it runs',
  example: 'return word * times',
}

const PLAIN: Readonly<Record<'deduction' | 'abduction', Item>> = {
  deduction: {
    ...VALUE,
    hidden: 'the program and the input, and has to work out what the program returns',
  },
  abduction: {
    ...VALUE,
    hidden: 'the program and its output, and has to find an input that leads to that output',
  },
}

function errorItem({ banned }: NonNullable<ProposeOptions['error']>): Item {
  const own = banned.includes('raise')
    ? 'An exception comes out of the work itself, such as a missing key or a wrong type.'
    : 'An exception may come out of the work itself or be of a class that the program defines.'
  const without =
    banned.length === 0 ? '' : `\n- These keywords must not occur in it: ${banned.join(', ')}.`
  return {
    hidden:
      'the program and the input, and has to name the class of the exception that the call of f ends with, or to say that it ends without one',
    entry: 'and it either returns a value or ends with an exception. Both make good items.',
    always: 'ends in the same way',
    more: `\n- ${own} Exceptions about files, imports and the like do not count.${without}`,
    goodWhen: 'no single line gives away how it ends',
    example: 'return word[times]',
  }
}

function programRules({ entry, always, more }: Item): string {
  return `Rules for the program:
- The entry is a function called f with at least one parameter, ${entry}
- The same input always ${always}: no randomness, no clock, no files, no network, no printing, nothing from outside.
- Carry some state through several steps of work, so that a reader has to follow it.
- It finishes well within a second. Imports and helper classes stand at the top.
- Imports are limited to: ${ALLOWED_MODULES.join(', ')}.${more}`
}

const INPUT_RULES = `Rules for the input:
- Exactly one call of f: the arguments as Python literals, separated by commas, without the name f. Strings are quoted.`

function programText(item: Item, { references, given = [] }: ProposeOptions): string {
  return `You are writing one item of an intelligence test. The test subject, a capable programmer without a computer, is shown ${item.hidden}.
Invent a Python program together with one input.

${programRules(item)}

${INPUT_RULES}
${givenBlock(given)}
The item is good when ${item.goodWhen}, when the subject needs several steps of thought but can get there, and when it is unlike the items below.
Plan first: choose an idea, then the steps that hide it, then the input that brings it out.

Write the final item like this, and nothing else between the answer tags:
<answer>
${fenced('python', `def f(word, times):\n    # your steps\n    ${item.example}`)}
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
    const output = shownOutput(task, pair.output)
    return `Item ${at + 1}:\n${fenced('python', task.program)}\n${fences(pair.input, output)}`
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
  return task.variant === 'error' ? errorText(task) : SOLVE[task.kind](task)
}

function errorText({ program, pairs }: TaskBody): string {
  return `With which exception does this call of f end, if with any? Follow the program step by step.

${fenced('python', program)}
${fenced('input', pairs[0]?.input ?? '')}

Give the name of the exception's class alone, without quotes and without its message, or ${NO_ERROR} when f returns:
<answer>
${fenced('output', 'ZeroDivisionError')}
</answer>`
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
  return fences(input, shownValue(output))
}

function fences(input: string, output: string): string {
  return `${fenced('input', input)}\n${fenced('output', output)}`
}

// A fence inside the text would end the block early.
function fenced(tag: string, text: string): string {
  return `\`\`\`${tag}\n${text.replaceAll('```', "'''")}\n\`\`\``
}
