/**
 * What the main process and the workbench process say to each other. Both are ours and of one version, but each
 * checks what it hears: a message that makes no sense is dropped and logged, not followed.
 */
import * as v from 'valibot'
import { PICK_PURPOSES } from '../../contract/inputs.ts'

const id = v.number()

/** What can be started for the workbench process: a training, or an errand of the engine. */
export const CHILD_KINDS = ['trainer', 'errand'] as const
export type ChildKind = (typeof CHILD_KINDS)[number]

export const ToWorkbench = v.variant('type', [
  v.object({
    type: v.literal('open'),
    home: v.string(),
    version: v.string(),
    reason: v.string(),
  }),
  /** With a port to a window. */
  v.object({ type: v.literal('connect') }),
  v.object({ type: v.literal('grant'), id, path: v.string() }),
  v.object({ type: v.literal('answer'), id, value: v.unknown() }),
  v.object({ type: v.literal('refusal'), id, message: v.string() }),
  v.object({ type: v.literal('said'), id, message: v.unknown() }),
  v.object({ type: v.literal('output'), id, text: v.string() }),
  v.object({ type: v.literal('ended'), id, how: v.string() }),
  v.object({ type: v.literal('close') }),
])
export type ToWorkbench = v.InferOutput<typeof ToWorkbench>

/** What only the main process can do: dialogs, notices, the file manager. */
export const Ask = v.variant('name', [
  v.object({
    name: v.literal('pick'),
    purpose: v.picklist(PICK_PURPOSES),
    suggested: v.nullable(v.string()),
  }),
  v.object({ name: v.literal('reveal'), path: v.string() }),
  v.object({ name: v.literal('openLink'), url: v.string() }),
  v.object({ name: v.literal('notify'), title: v.string(), body: v.string() }),
  v.object({ name: v.literal('acceptNoIsolation') }),
])
export type Ask = v.InferOutput<typeof Ask>

/** How much trains, for the taskbar, for sleep and for closing. share: of the planned steps. */
export const Activity = v.object({ training: v.number(), share: v.nullable(v.number()) })
export type Activity = v.InferOutput<typeof Activity>

export const FromWorkbench = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('failed'), message: v.string() }),
  v.object({ type: v.literal('ask'), id, ask: Ask }),
  v.object({ type: v.literal('granted'), id, handle: v.string(), label: v.string() }),
  v.object({ type: v.literal('launch'), id, what: v.picklist(CHILD_KINDS) }),
  v.object({ type: v.literal('tell'), id, message: v.unknown() }),
  v.object({ type: v.literal('kill'), id }),
  v.object({ type: v.literal('activity'), activity: Activity }),
  v.object({ type: v.literal('closed') }),
])
export type FromWorkbench = v.InferOutput<typeof FromWorkbench>
