/**
 * Trainers as the workbench process holds them: only the main process can make a process under Electron, so it
 * makes them and passes on what they say.
 * Not here: keeping a run up (supervisor.ts).
 */
import type { TrainerChild } from '../trainer-child.ts'
import type { FromWorkbench, ToWorkbench } from './messages.ts'

export type Trainers = {
  readonly launch: () => TrainerChild
  readonly heard: (message: ToWorkbench & { readonly type: 'said' | 'output' | 'ended' }) => void
}

type Held = {
  readonly message: (message: unknown) => void
  readonly output: (text: string) => void
  readonly ended: (how: string) => void
}

export function createTrainers(send: (message: FromWorkbench) => void): Trainers {
  const held = new Map<number, Held>()
  let last = 0
  return {
    launch: () => {
      last += 1
      const id = last
      const { child, ends } = remoteChild(id, send)
      held.set(id, ends)
      send({ type: 'launch', id })
      return child
    },
    heard: (message) => {
      const trainer = held.get(message.id)
      if (message.type === 'said') trainer?.message(message.message)
      else if (message.type === 'output') trainer?.output(message.text)
      else {
        held.delete(message.id)
        trainer?.ended(message.how)
      }
    },
  }
}

function remoteChild(id: number, send: (message: FromWorkbench) => void) {
  let onMessage: (message: unknown) => void = () => undefined
  let onOutput: (text: string) => void = () => undefined
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  const child: TrainerChild = {
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
