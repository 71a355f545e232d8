/**
 * Options of commands that can have their model at a server. The key comes from the environment or a file, never from
 * here: others can read a command line.
 */
import type { Command } from 'commander'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import { type RemoteEngine, SERVERS } from '../contract/remote.ts'
import { choice, flag, text } from './options.ts'

export const remoteOptions = {
  engine: text,
  remoteModel: v.optional(text),
  server: v.optional(choice(SERVERS)),
  allowHttp: flag,
} as const

export function withRemote(command: Command): Command {
  return command
    .option(
      '--engine <engine>',
      'local, or the address of a server of the Tinker protocol',
      'local',
    )
    .option('--remote-model <name>', 'what the server calls the model; default: its only one')
    .option('--server <kind>', `${SERVERS.join(', ')}: what it honours; default: by its address`)
    .option('--allow-http', 'talk to the server without encryption beyond this machine')
}

type Given = {
  readonly engine: string
  readonly remoteModel?: string | undefined
  readonly server?: RemoteEngine['server'] | undefined
  readonly allowHttp?: true | undefined
  readonly serverAdam?: true | undefined
  readonly device?: string
}

/** null: this machine. Throws AppError('usage') for options of a server where none is given. */
export function remoteOf(given: Given): RemoteEngine | null {
  const { engine, remoteModel, server, allowHttp, serverAdam, device } = given
  if (engine === 'local') {
    refuse({ '--remote-model': remoteModel, '--server': server, '--allow-http': allowHttp })
    refuse({ '--server-adam': serverAdam })
    return null
  }
  if (device !== undefined && device !== 'cpu') {
    throw new AppError('usage', `--device: expected none with --engine ${engine}, found ${device}`)
  }
  return {
    url: engine,
    model: remoteModel ?? null,
    server: server ?? usualServer(engine),
    allowHttp: allowHttp === true,
    serverAdam: serverAdam === true,
  }
}

const usualServer = (url: string): RemoteEngine['server'] =>
  /^https:\/\/[^/]*\bthinkingmachines\.dev\b/.test(url) ? 'hosted' : 'skyrl-jax'

function refuse(options: Readonly<Record<string, unknown>>): void {
  const [name] = Object.entries(options).find(([, value]) => value !== undefined) ?? []
  if (name === undefined) return
  throw new AppError('usage', `${name}: expected --engine with the address of a server, found none`)
}
