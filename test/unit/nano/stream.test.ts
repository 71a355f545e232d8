import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NANO_CODEC } from '../../../electron/nano/codec.ts'
import { isReserved, normalised } from '../../../electron/nano/holdout.ts'
import {
  MAX_SAMPLE_TOKENS,
  isTrivial,
  warmupBatch,
  warmupStream,
} from '../../../electron/nano/stream.ts'
import type { Sample } from '../../../electron/nano/stream.ts'
import { loadSuite } from '../../../electron/nano/suites.ts'
import { EOS } from '../../../electron/nano/vocabulary.ts'
import { ANSWER_WEIGHT, SAMPLE_TYPES } from '../../../electron/nano/weights.ts'
import { parseCanonical } from '../../../electron/python/canonical.ts'
import { reprOf } from '../../../electron/python/repr.ts'
import { openSandbox } from '../../../electron/sandbox/open.ts'
import type { Sandbox } from '../../../electron/sandbox/sandbox.ts'
import { NANO_PROMPTS } from '../../../electron/selfplay/prompts/nano.ts'

const COUNT = 10_000
let sandbox: Sandbox
let samples: Sample[]

async function take(count: number, seed: number, from = 0): Promise<Sample[]> {
  const taken: Sample[] = []
  for await (const sample of warmupStream({ seed, sandbox, from })) {
    taken.push(sample)
    if (taken.length === count) break
  }
  return taken
}

beforeAll(async () => {
  sandbox = await openSandbox({ workers: 1 })
  samples = await take(COUNT, 42)
}, 60_000)
afterAll(() => sandbox.close())

const promptOf = ({ tokens, answerStart }: Sample): string =>
  NANO_CODEC.decode(tokens.slice(0, answerStart))
const answerOf = ({ tokens, answerStart }: Sample): string =>
  NANO_CODEC.decode(tokens.slice(answerStart))
const worked = (sample: Sample): boolean => answerOf(sample).includes('<ans>')
/** The answer without the working before it. */
const bareAnswerOf = (sample: Sample): string => answerOf(sample).split('<ans>').at(-1) ?? ''

async function outputsOf(program: string, inputs: readonly string[]): Promise<string[]> {
  const { outcomes } = await sandbox.run({ program, inputs })
  return outcomes.map((outcome) => {
    const value = parseCanonical(outcome.status === 'ok' ? outcome.canonical : '')
    return value.ok ? reprOf(value.value) : outcome.status
  })
}
/** Every program in a text, prompts and answers alike. */
const programsOf = (text: string): string[] =>
  text.match(/def f\(x\):\n[^<]*(?:<(?!in>|out>|ans>|ref>)[^<]*)*/g) ?? []

describe('the warm-up stream', () => {
  test('gives the same samples for the same seed and index, whatever came before', async () => {
    const options = { seed: 42, sandbox }
    const third = await warmupBatch(options, 3)
    expect(third).toEqual(samples.filter(({ batch }) => batch === 3))
    expect(await take(third.length, 42, 3)).toEqual(third)
    expect(await warmupBatch({ seed: 43, sandbox }, 3)).not.toEqual(third)
  })

  test('keeps to the mixture', () => {
    const share = (type: string) => samples.filter((s) => s.type === type).length / COUNT
    const wanted = { SD: 0.33, SA: 0.24, SI: 0.26, PD: 0.06, PA: 0.045, PI: 0.075 }
    for (const type of SAMPLE_TYPES) {
      expect(Math.abs(share(type) - wanted[type])).toBeLessThan(0.02)
      expect(ANSWER_WEIGHT[type]).toBeGreaterThan(0)
    }
  })

  test('marks where the answer starts and ends', () => {
    const odd = samples.filter((sample) => {
      const marks = promptOf(sample).endsWith('<ans>')
      return !marks || sample.tokens.at(-1) !== EOS || sample.tokens.length > MAX_SAMPLE_TOKENS
    })
    expect(odd).toEqual([])
  })

  test('holds no program of either suite and no other reserved program', async () => {
    const suites = [...(await loadSuite('nano-heldout')), ...(await loadSuite('nano-ood'))]
    const reserved = new Set(suites.map(({ program }) => normalised(program)))
    const programs = samples.flatMap((s) => programsOf(promptOf(s) + answerOf(s)))
    expect(programs.length).toBeGreaterThan(COUNT)
    expect(programs.filter((p) => isReserved(p) || reserved.has(normalised(p)))).toEqual([])
  })

  test('answers in the format that the prompt set reads', () => {
    const kinds = { D: 'deduction', A: 'abduction', I: 'induction' } as const
    const refused = samples.filter((sample) => {
      const kind =
        kinds[
          sample.type === 'SD' || sample.type === 'PD' ? 'D' : sample.type.endsWith('A') ? 'A' : 'I'
        ]
      const [program = ''] = programsOf(promptOf(sample))
      const shown = { kind, program, pairs: [], visible: 0, message: '' }
      const answer = answerOf(sample)
      return sample.type.startsWith('S')
        ? !NANO_PROMPTS.readAnswer(kind, answer).ok
        : !NANO_PROMPTS.readProposal(kind, answer, { references: [shown], inputs: 6 }).ok
    })
    expect(refused).toEqual([])
  })

  test('has golds that running each program alone confirms', async () => {
    const deductions = samples.filter(({ type }) => type === 'SD').slice(0, 80)
    for (const sample of deductions) {
      const [, program = '', input = ''] =
        /^<SD>([^]*)<in>([^]*)<ans>$/.exec(promptOf(sample)) ?? []
      const [output] = await outputsOf(program, [input])
      expect([program, output]).toEqual([program, bareAnswerOf(sample)])
    }
  })

  test('works a minority of the deductions and abductions step by step', () => {
    const share = (type: string) => {
      const of = samples.filter((sample) => sample.type === type)
      return of.filter(worked).length / of.length
    }
    for (const type of ['SD', 'SA']) {
      expect(share(type)).toBeGreaterThan(0.2)
      expect(share(type)).toBeLessThan(0.3)
    }
    for (const type of ['SI', 'PD', 'PA', 'PI']) expect(share(type)).toBe(0)
  })

  test('works as large a share of them as it is asked to', async () => {
    const isWorkable = ({ type }: Sample): boolean => type === 'SD' || type === 'SA'
    const none = await warmupBatch({ seed: 42, sandbox, worked: 0 }, 0)
    expect(none.filter(worked)).toEqual([])
    const all = await warmupBatch({ seed: 42, sandbox, worked: 1 }, 0)
    const share = all.filter(worked).length / all.filter(isWorkable).length
    expect(share).toBeGreaterThan(0.75)
  })

  test('has worked abductions whose every attempt is what the program gives', async () => {
    const abductions = samples.filter((sample) => sample.type === 'SA' && worked(sample))
    for (const sample of abductions.slice(0, 40)) {
      const [, program = '', wanted = ''] =
        /^<SA>([^]*)<out>([^]*)<ans>$/.exec(promptOf(sample)) ?? []
      const [working = '', answer = ''] = answerOf(sample).split('<ans>')
      const attempts = working
        .split('<in>')
        .slice(1)
        .map((text) => text.split('<out>'))
      const inputs = attempts.map(([text = '']) => text.split('\n')[0] ?? '')
      const outputs = attempts.map(([, output = '']) => output)
      expect(await outputsOf(program, inputs)).toEqual(outputs)
      expect([inputs.at(-1), outputs.at(-1)]).toEqual([answer, wanted])
      expect(outputs.slice(0, -1)).not.toContain(wanted)
    }
  })

  test('has induction answers that give every shown pair', async () => {
    const inductions = samples.filter(({ type }) => type === 'SI').slice(0, 40)
    for (const sample of inductions) {
      const shown = promptOf(sample).slice('<SI><in>'.length, -'<ans>'.length).split('<in>')
      const pairs = shown.map((text) => text.split('<out>'))
      const inputs = pairs.map(([input = '']) => input)
      const outputs = await outputsOf(answerOf(sample), inputs)
      expect(outputs).toEqual(pairs.map(([, output]) => output))
    }
  })

  test('holds few constant programs', () => {
    const answers = samples.filter(({ type }) => type === 'SI').map(promptOf)
    const constant = answers.filter((prompt) => {
      const pairs = prompt.slice('<SI><in>'.length, -'<ans>'.length).split('<in>')
      return new Set(pairs.map((pair) => pair.split('<out>')[1])).size === 1
    })
    expect(constant.length / answers.length).toBeLessThan(0.02)
  })

  test('ends with the sandbox it was given', async () => {
    const own = await openSandbox({ workers: 1 })
    const stream = warmupStream({ seed: 1, sandbox: own })
    await stream.next()
    await own.close()
    const rest = async () => {
      for (let i = 0; i < 2_000; i += 1) await stream.next()
    }
    await expect(rest()).rejects.toThrow('sandbox')
  })
})

describe('trivial programs', () => {
  test('are constant or the identity', () => {
    const pair = (input: string, output: string) => ({ input, output })
    expect(isTrivial([pair('1', '2'), pair('2', '2')])).toBe(true)
    expect(isTrivial([pair('1', '1'), pair('2', '2')])).toBe(true)
    expect(isTrivial([pair('1', '1'), pair('2', '3')])).toBe(false)
  })
})
