/**
 * What self-play is about: reasoning tasks over small Python programs, in the paper's three modes.
 * Source: Absolute Zero (arXiv 2505.03335), section 3.2.
 */

export const KINDS = ['deduction', 'abduction', 'induction'] as const
/** deduction: predict the output; abduction: predict an input; induction: predict the program. */
export type Kind = (typeof KINDS)[number]

export const ROLES = ['propose', 'solve'] as const
export type Role = (typeof ROLES)[number]

/** error: a deduction that asks which exception the call ends with, by the name of its class. */
export const VARIANTS = ['error'] as const
export type Variant = (typeof VARIANTS)[number]

/** What an error task asks for where the call ends with none. */
export const NO_ERROR = 'NoError'

/** One named, ordered validity check with what was seen. */
export type Check = { readonly name: string; readonly pass: boolean; readonly evidence: string }

/** input is literal argument text that goes between the parentheses of f(...); output is canonical text (electron/python/canonical.ts). */
export type Pair = { readonly input: string; readonly output: string }

/**
 * What a task holds. Deduction and abduction have exactly one pair.
 * Induction has N pairs, the first `visible` of which the solver sees, and a message (may be empty).
 */
export type TaskBody = {
  readonly kind: Kind
  readonly program: string
  readonly pairs: readonly Pair[]
  readonly visible: number
  readonly message: string
  /** Absent: the plain task of its kind. The output of an error task is a string, the name that it asks for. */
  readonly variant?: Variant
}

/** id is unique within a run: `${step}/${kind}/${index}`; seeds have step 0. */
export type Task = TaskBody & { readonly id: string; readonly step: number }

/** What static analysis of a program (Python's own ast, in the sandbox) says. */
export type ProgramFacts =
  | { readonly ok: false; readonly error: string }
  | {
      readonly ok: true
      /** The text with its entry renamed to `f` (by the syntax tree), or as it was. */
      readonly program: string
      readonly hasEntry: boolean
      /** Positional parameters of the entry. */
      readonly parameters: number
      /** Dotted names of every import statement. */
      readonly imports: readonly string[]
      /** Attribute or name accesses of the form __x__. */
      readonly dunders: readonly string[]
      readonly nodes: number
      /** Of the syntax tree; absent in histories of versions that did not measure it. */
      readonly depth?: number
      /** Preorder list of node type names, at most 2,000: the tree for edit distances. */
      readonly shape: readonly string[]
      /** Program text with numbers and string literals replaced: repeats under renaming of constants. */
      readonly skeleton: string
      /** Cognitive complexity (SonarSource white paper 2018). */
      readonly cognitive: number
      readonly cyclomatic: number
      readonly halstead: { readonly volume: number; readonly effort: number }
    }
