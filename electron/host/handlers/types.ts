/**
 * The part of the gate's handlers that one noun answers: a call that is missing there is a type error.
 */
import type { CallName } from '../../contract/api.ts'
import type { Handlers } from '../dispatch.ts'

export type HandlersOf<Noun extends string> = Pick<Handlers, Extract<CallName, `${Noun}.${string}`>>
