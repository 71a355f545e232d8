/**
 * A prompt set: how roles and kinds are put to a model and how its text is read back. One file per set:
 * nano.ts (compact), chat.ts (chat models), base.ts (base models, think/answer tags).
 * Not here: what makes a proposal valid (azr/) or tokens (model/).
 */
import type { Kind, TaskBody } from '../../contract/task.ts'
import type { PromptPart } from '../../model/chat.ts'

/** What a proposer's text contained. Induction: the program is the shown one, inputs are N argument texts. */
export type Proposal = {
  readonly program: string
  readonly inputs: readonly string[]
  readonly message: string
}

/** What a solver's text contained: output or input text, or program source. */
export type Answer = { readonly text: string }

export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly formatOk: boolean }
  | { readonly ok: false; readonly why: string }

export type ProposeOptions = {
  /** Earlier tasks shown (deduction, abduction) or the one program to write inputs for (induction). */
  readonly references: readonly TaskBody[]
  /** Programs g_0, g_1, ... that the proposal has to build on; not for every prompt set. */
  readonly given?: readonly string[]
  /** An error item: keywords that its program must not hold; not for every prompt set. Absent: a plain one. */
  readonly error?: { readonly banned: readonly string[] }
  /** Induction: how many inputs to ask for. */
  readonly inputs: number
}

export interface PromptSet {
  /** Stored with every episode, such as `nano/1`; changes with any change of text. */
  readonly version: string
  /**
   * Text the response is taken to begin with (an opening think tag), '' for none. The loop puts it behind the
   * parts and hands prefill plus response to the readers; propose and solve leave it out.
   */
  readonly prefill: string
  /** Nothing but the stop token marks the end of a response: one cut at maxResponse is malformed. */
  readonly stopEndsResponse?: boolean
  /** The parts are one user message; the TextCodec given to the loop applies the chat template in encode. */
  readonly chat?: boolean
  propose(kind: Kind, options: ProposeOptions): PromptPart[]
  /** What the solver must not see is empty in the task given: '' or missing pairs. */
  solve(task: TaskBody): PromptPart[]
  readProposal(kind: Kind, response: string, options: ProposeOptions): Parsed<Proposal>
  readAnswer(kind: Kind, response: string): Parsed<Answer>
}
