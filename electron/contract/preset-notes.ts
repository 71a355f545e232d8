/**
 * What a preset is meant for: model size, memory, and where the figure comes from.
 * Not here: the settings (config.ts). Estimates are of the engine's estimator on the CPU, for the model named.
 */
import type { Preset } from './config.ts'

export type PresetNote = {
  readonly model: string
  /** Memory of the machine that a run on the CPU takes at most; a graphics device holds more at once. */
  readonly memoryGiB: number
  readonly origin: 'measured' | 'estimated'
}

/** Presets for models of a size; the others go with any. */
export const PRESET_NOTES: Readonly<Partial<Record<Preset, PresetNote>>> = {
  nano: { model: 'nano', memoryGiB: 1, origin: 'measured' },
  'lora-0.5b': { model: 'Qwen2.5-0.5B', memoryGiB: 6, origin: 'estimated' },
  'lora-1.5b': { model: 'Qwen2.5-1.5B', memoryGiB: 10, origin: 'estimated' },
  'qlora-3b': { model: 'Qwen2.5-3B', memoryGiB: 12, origin: 'estimated' },
  'qlora-8b': { model: 'Llama-3.1-8B', memoryGiB: 22, origin: 'estimated' },
}
