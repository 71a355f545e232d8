/**
 * Trainers and errands as the workbench process holds them: only the main process can make a process under Electron,
 * so it makes them and passes on what they say.
 * Not here: keeping a run up (supervisor.ts), what an errand is (errand.ts).
 */
import type { ProcessChild } from '../trainer-child.ts'
import type { ChildKind, FromWorkbench, ToWorkbench } from './messages.ts'

export type Children = {
  readonly launch: <Told extends object>(what: ChildKind) => ProcessChild<Told>
  readonly heard: (message: ToWorkbench & { readonly type: 'said' | 'output' | 'ended' }) => void
}

type Held = {
  readonly message: (message: unknown) => void
  readonly output: (text: string) => void
  readonly ended: (how: string) => void
}

export function createChildren(send: (message: FromWorkbench) => void): Children {
  const held = new Map<number, Held>()
  let last = 0
  return {
    launch: <Told extends object>(what: ChildKind): ProcessChild<Told> => {
      last += 1
      const id = last
      const { child, ends } = remoteChild<Told>(id, send)
      held.set(id, ends)
      send({ type: 'launch', id, what })
      return child
    },
    heard: (message) => {
      const child = held.get(message.id)
      if (message.type === 'said') child?.message(message.message)
      else if (message.type === 'output') child?.output(message.text)
      else {
        held.delete(message.id)
        child?.ended(message.how)
      }
    },
  }
}

function remoteChild<Told extends object>(id: number, send: (message: FromWorkbench) => void) {
  let onMessage: (message: unknown) => void = () => undefined
  let onOutput: (text: string) => void = () => undefined
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  const child: ProcessChild<Told> = {
    tell: (message) => send({ type: 'tell', id, message }),
    kill: () => send({ type: 'kill', id }),
    onMessage: (heard) => (onMessage = heard),
    onOutput: (heard) => (onOutput = heard),
    ended,
  }
  const ends: Held = {
    message: (message) => onMessage(message),
    output: (text) => onOutput(text),
    ended: resolve,
  }
  return { child, ends }
}
