/**
 * What callers hand to the engine, checked before any worker sees it: one sentence naming the thing, what was
 * expected and what was found.
 */
import { AppError } from '../contract/errors.ts'
import type { DecoderConfig } from '../model/config.ts'
import type { Datum, LossName } from './datum.ts'
import type { SampleRequest, SamplingParams } from './engine.ts'

function refused(what: string, expected: string, found: string | number): AppError {
  return new AppError('engine', `${what}: expected ${expected}, found ${found}`)
}

const isCount = (x: number): boolean => Number.isSafeInteger(x) && x >= 0

export function checkParams(config: DecoderConfig, params: SamplingParams): void {
  const { maxTokens, temperature, topP, topK, stop } = params
  if (!isCount(maxTokens) || maxTokens === 0) {
    throw refused('maxTokens', 'a whole number above 0', maxTokens)
  }
  if (!Number.isFinite(temperature) || temperature < 0) {
    throw refused('temperature', 'a number from 0', temperature)
  }
  if (!(topP > 0 && topP <= 1)) throw refused('topP', 'a number above 0 and at most 1', topP)
  if (topK !== -1 && !(isCount(topK) && topK > 0)) {
    throw refused('topK', '-1 or a whole number above 0', topK)
  }
  const bad = stop.find((id) => !isCount(id) || id >= config.vocabSize)
  if (bad !== undefined) throw refused('stop', `ids below ${config.vocabSize}`, bad)
}

export function checkRequest(
  config: DecoderConfig,
  { prompt, numSamples, seed }: SampleRequest,
  index: number,
  { maxTokens }: SamplingParams,
): void {
  const what = `prompt ${index}`
  if (prompt.length === 0) throw refused(what, 'tokens', 'none')
  if (!isCount(numSamples)) throw refused(`${what}: numSamples`, 'a whole number', numSamples)
  if (!Number.isSafeInteger(seed)) throw refused(`${what}: seed`, 'an integer', seed)
  if (prompt.length + maxTokens > config.maxPositions) {
    const found = `${prompt.length} prompt tokens and up to ${maxTokens} new ones`
    throw refused(what, `at most ${config.maxPositions} positions`, found)
  }
  checkIds(what, prompt, config, 0)
}

/** Every array of a datum has the length of its tokens; ids are of the vocabulary; the context is long enough. */
export function checkDatum(
  config: DecoderConfig,
  datum: Datum,
  index: number,
  loss: LossName | null,
): void {
  const what = `datum ${index}`
  const { length } = datum.tokens
  if (length === 0) throw refused(what, 'tokens', 'none')
  if (length > config.maxPositions) {
    throw refused(what, `at most ${config.maxPositions} tokens`, length)
  }
  const { targets, weights, logprobs, advantages, klWeight, entropyWeight } = datum
  const arrays = { targets, weights, logprobs, advantages, klWeight, entropyWeight }
  for (const [name, array] of Object.entries(arrays)) {
    if (array !== undefined && array.length !== length) {
      throw refused(`${what}: ${name}`, `${length} numbers`, array.length)
    }
  }
  if (loss !== null) checkLossInputs(what, datum, loss)
  checkIds(what, datum.tokens, config, 0)
  checkIds(`${what}: targets`, targets, config, -1)
}

function checkLossInputs(what: string, datum: Datum, loss: LossName): void {
  const needed =
    loss === 'cross_entropy' ? (['weights'] as const) : (['logprobs', 'advantages'] as const)
  for (const name of needed) {
    if (datum[name] === undefined) throw refused(what, `${name} for ${loss}`, 'none')
  }
}

function checkIds(
  what: string,
  ids: readonly number[] | Int32Array,
  config: DecoderConfig,
  least: number,
): void {
  for (const id of ids) {
    if (!Number.isInteger(id) || id < least || id >= config.vocabSize) {
      throw refused(what, `ids from ${least} and below ${config.vocabSize}`, id)
    }
  }
}
