/**
 * Which tensors a decoder has: names, shapes and kinds in Hugging Face order and naming.
 * Matrices are stored [out, in], as in the files. Not here: their numbers (checkpoint.ts, init.ts).
 */
import type { DecoderConfig } from './config.ts'

/** matrix: a projection; vector: a norm or a bias, never decayed; embedding: the token table; adapter: a LoRA factor. */
export type TensorKind = 'matrix' | 'vector' | 'embedding' | 'adapter'

export type TensorSpec = {
  readonly name: string
  readonly shape: readonly number[]
  readonly kind: TensorKind
}

/** Every tensor of the decoder, embedding first. A tied decoder has no lm_head.weight. */
export function tensorNames(config: DecoderConfig): TensorSpec[] {
  const { vocabSize: V, hiddenSize: D } = config
  const specs: TensorSpec[] = [
    { name: 'model.embed_tokens.weight', shape: [V, D], kind: 'embedding' },
  ]
  for (let layer = 0; layer < config.layers; layer += 1) specs.push(...layerTensors(config, layer))
  specs.push(vector('model.norm.weight', D))
  if (!config.tied) specs.push(matrix('lm_head.weight', V, D))
  return specs
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Parameters of the decoder; a tied embedding counts once. */
export function parameterCount(config: DecoderConfig): number {
  return tensorNames(config).reduce((sum, { shape }) => sum + elementCount(shape), 0)
}

function layerTensors(config: DecoderConfig, layer: number): TensorSpec[] {
  const { hiddenSize: D, intermediateSize: F, headDim } = config
  const Q = config.heads * headDim
  const K = config.kvHeads * headDim
  const at = (name: string) => `model.layers.${layer}.${name}`
  const biases = [
    vector(at('self_attn.q_proj.bias'), Q),
    vector(at('self_attn.k_proj.bias'), K),
    vector(at('self_attn.v_proj.bias'), K),
  ]
  const norms = [
    vector(at('self_attn.q_norm.weight'), headDim),
    vector(at('self_attn.k_norm.weight'), headDim),
  ]
  return [
    vector(at('input_layernorm.weight'), D),
    matrix(at('self_attn.q_proj.weight'), Q, D),
    matrix(at('self_attn.k_proj.weight'), K, D),
    matrix(at('self_attn.v_proj.weight'), K, D),
    ...(config.attentionBias ? biases : []),
    ...(config.qkNorm ? norms : []),
    matrix(at('self_attn.o_proj.weight'), D, Q),
    vector(at('post_attention_layernorm.weight'), D),
    matrix(at('mlp.gate_proj.weight'), F, D),
    matrix(at('mlp.up_proj.weight'), F, D),
    matrix(at('mlp.down_proj.weight'), D, F),
  ]
}

function matrix(name: string, out: number, into: number): TensorSpec {
  return { name, shape: [out, into], kind: 'matrix' }
}

function vector(name: string, length: number): TensorSpec {
  return { name, shape: [length], kind: 'vector' }
}
