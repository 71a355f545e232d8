/**
 * Where rules apply, and what a detector says before it is known which rule and episode it belongs to.
 */

import type { Kind, Role } from '../contract/task.ts'
import type { Part } from './reading.ts'

/** An absent field does not restrict. */
export type Scope = {
  /** In which kinds of text a hit begins. */
  readonly parts?: readonly Part[]
  readonly roles?: readonly Role[]
  readonly kinds?: readonly Kind[]
}

export function applies(
  { parts, roles, kinds }: Scope,
  { role, kind }: { readonly role: Role; readonly kind: Kind },
  part: Part | undefined,
): boolean {
  if (parts !== undefined && (part === undefined || !parts.includes(part))) return false
  return (roles?.includes(role) ?? true) && (kinds?.includes(kind) ?? true)
}

export type Hit = {
  readonly rule: string
  /** Of the response; null: all of it. */
  readonly at: { readonly start: number; readonly end: number } | null
  /** Overrides what the rule's row says. */
  readonly reason?: string
  readonly score?: number
}

/** Hits of one rule in one response that are worth keeping. */
export const MAX_HITS = 5
