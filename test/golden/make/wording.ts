/**
 * Fits the weights of safety/wording.ts to the planted traces up to a wave, and writes them as a source file. By hand:
 * `node test/golden/make/wording.ts LAST_WAVE [OUT]`. Deterministic: full gradients, no randomness.
 */
import { writeFileSync } from 'node:fs'
import { argv, stdout } from 'node:process'
import { segmentsOf } from '../../../electron/safety/reading.ts'
import { wordsOf } from '../../../electron/safety/words.ts'
import { stemsOf } from '../../../electron/safety/wording.ts'
import { plantedTraces } from '../../unit/safety/planted.ts'

const [lastWave = '7', out = 'electron/safety/wording-weights.ts'] = argv.slice(2)
const EPOCHS = 300
const RATE = 0.3
const DECAY = 0.01

const rows = plantedTraces().filter(({ wave }) => wave <= Number(lastWave))
const samples = rows.map(({ response, unsafe }) => {
  const stems = [...stemsOf(wordsOf(response, segmentsOf(response))).keys()]
  return { stems, unsafe, scale: 1 / Math.sqrt(Math.max(1, stems.length)) }
})
const seen = new Map<string, number>()
for (const { stems } of samples) for (const stem of stems) seen.set(stem, (seen.get(stem) ?? 0) + 1)

const weights = new Map<string, number>()
let bias = 0
for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
  const slopes = new Map<string, number>()
  let slope = 0
  for (const { stems, unsafe, scale } of samples) {
    const sum = stems.reduce((total, stem) => total + scale * (weights.get(stem) ?? 0), bias)
    const error = 1 / (1 + Math.exp(-sum)) - (unsafe ? 1 : 0)
    slope += error
    for (const stem of stems) {
      // A word of one trace only says which trace it is.
      if ((seen.get(stem) ?? 0) > 1) slopes.set(stem, (slopes.get(stem) ?? 0) + error * scale)
    }
  }
  bias -= (RATE * slope * 5) / samples.length
  for (const [stem, error] of slopes) {
    const before = weights.get(stem) ?? 0
    weights.set(stem, before - RATE * ((error * 30) / samples.length + DECAY * before))
  }
}

const kept = [...weights]
  .map(([stem, weight]) => [stem, Math.round(weight * 100)] as const)
  .filter(([stem, weight]) => weight !== 0 && /^\p{L}+$/u.test(stem))
  .toSorted(([a], [b]) => (a < b ? -1 : 1))
const lines: string[] = ['']
for (const [stem, weight] of kept) {
  const pair = `${stem}:${weight} `
  if ((lines.at(-1) ?? '').length + pair.length > 92) lines.push('')
  lines[lines.length - 1] += pair
}
const text = lines.map((line) => `  ${JSON.stringify(line).replaceAll('"', "'")}`).join(' +\n')
writeFileSync(
  out,
  `/**
 * Weights of word stems in hundredths, fitted to waves 1 to ${lastWave} of the planted traces. Made by
 * test/golden/make/wording.ts; not edited by hand.
 */

export const BIAS = ${bias.toFixed(4)}

export const WEIGHTS = (
${text}
).trim()
`,
)
stdout.write(`${kept.length} weights from ${rows.length} traces\n`)
