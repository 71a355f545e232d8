import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { parseConfig } from '../../../electron/model/config-json.ts'
import { tensorNames } from '../../../electron/model/tensors.ts'
import { goldenWeights } from '../../golden/weights.ts'

const GOLDEN = new URL('../../golden/', import.meta.url)
const threes = v.record(v.string(), v.array(v.number()))
const schema = v.object({
  models: v.record(
    v.string(),
    v.object({ config: v.unknown(), weights: threes, perturbed: threes }),
  ),
})
const golden = v.parse(schema, JSON.parse(readFileSync(new URL('weights.json', GOLDEN), 'utf8')))

test.each(Object.entries(golden.models))(
  'hashed weights of %s are those of the Python twin, bit for bit',
  (name, model) => {
    const config = parseConfig(model.config, name)
    const some = (perturb: number) =>
      Object.fromEntries(
        [...goldenWeights(config, perturb)]
          .filter(([tensor]) => !tensor.includes('.layers.0.'))
          .map(([tensor, values]) => [tensor, [values[0], values[1], values.at(-1)]]),
      )
    expect(some(0)).toEqual(model.weights)
    expect(some(0.25)).toEqual(model.perturbed)
  },
)

const decoders = ['llama', 'llama-tied', 'llama3-rope', 'qwen2', 'qwen3']
test.each(decoders)('tensor names and shapes of %s are those of transformers', (name) => {
  const file = readFileSync(new URL(`decoder-${name}.json`, GOLDEN), 'utf8')
  const { config, tensors } = v.parse(
    v.object({ config: v.unknown(), tensors: v.array(v.unknown()) }),
    JSON.parse(file),
  )
  const own = tensorNames(parseConfig(config, name)).map((t) => ({ name: t.name, shape: t.shape }))
  expect(own).toEqual(tensors)
})
