/**
 * `kelvin serve`: the workbench in a browser, on this machine or through an SSH tunnel.
 */
import type { Command } from 'commander'
import * as v from 'valibot'
import manifest from '../../package.json' with { type: 'json' }
import type { Act } from './act.ts'
import { listenForInterrupt } from './interrupt.ts'
import { flag, text, whole, withHome } from './options.ts'

const Options = v.strictObject({
  json: flag,
  home: v.optional(text),
  host: text,
  port: whole(0, 65_535),
  beyondLoopback: flag,
  acceptNoIsolation: flag,
  readOnly: flag,
})

export function addServe(program: Command, act: Act): void {
  const command = program
    .command('serve')
    .description('the workbench in a browser')
    .option('--port <p>', '0 takes a free one', '0')
    .option('--host <host>', 'where to listen', '127.0.0.1')
    .option('--beyond-loopback', 'allow a host that others can reach, unencrypted')
    .option('--read-only', 'windows look at everything and change nothing')
    .option('--accept-no-isolation', 'train where the sandbox isolates nothing (level 0)')
  withHome(command).action(
    act(Options, async ({ home, host, port, ...options }, { output }) => {
      const { homeDirectory } = await import('../host/paths.ts')
      const { serve } = await import('../serve.ts')
      const interrupt = listenForInterrupt()
      const serving = await serve({
        home: homeDirectory(home),
        host,
        port,
        beyondLoopback: options.beyondLoopback === true,
        acceptNoIsolation: options.acceptNoIsolation === true,
        readOnly: options.readOnly === true,
        version: manifest.version,
        reason: '',
      })
      output.summary({ url: serving.url }, () => serving.url)
      await fired(interrupt.signal)
      output.note('saving what runs; interrupt again to end at once')
      interrupt.force.addEventListener('abort', () => process.exit(130))
      await serving.close()
      interrupt.close()
      return 0
    }),
  )
}

function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
