/**
 * `kelvin sample`: what a checkpoint answers to a prompt.
 */
import type { Command } from 'commander'
import type { Colors } from 'picocolors/types.js'
import * as v from 'valibot'
import type { Sample } from '../host/sample.ts'
import type { Act } from './act.ts'
import { visible } from './format.ts'
import { withInterrupt } from './interrupt.ts'
import { flag, real, SEED, text, whole, withHome } from './options.ts'
import { remoteOf, remoteOptions, withRemote } from './remote-options.ts'

const Options = v.strictObject({
  json: flag,
  model: text,
  prompt: text,
  n: whole(1, 10_000),
  maxTokens: v.optional(whole(1, 1_048_576)),
  temperature: real(0, 10),
  seed: SEED,
  home: v.optional(text),
  ...remoteOptions,
})

export function addSample(program: Command, act: Act): void {
  const command = program
    .command('sample')
    .description('talk to a checkpoint')
    .requiredOption('--model <dir>', 'model folder; of a model at a server, with its tokenizer')
    .requiredOption('--prompt <text>', 'what it goes on from; special tokens count')
    .option('--n <k>', 'how many answers', '1')
    .option('--max-tokens <t>', 'longest answer; default: 128, or what the context leaves')
    .option('--temperature <x>', '0 takes the likeliest token each time', '1')
    .option('--seed <s>', 'same seed, same answers', '1')
  withHome(withRemote(command)).action(
    act(Options, async ({ maxTokens = null, home, ...order }, { output }) => {
      const { sampleText } = await import('../host/sample.ts')
      const { homeDirectory } = await import('../host/paths.ts')
      const remote = remoteOf(order)
      const place = { home: homeDirectory(home), ...(remote === null ? {} : { remote }) }
      const sequences = await withInterrupt(({ signal }) =>
        sampleText({ ...order, ...place, maxTokens }, signal),
      )
      output.summary({ sequences }, (colors) => answersText(sequences, colors))
      return 0
    }),
  )
}

function answersText(samples: readonly Sample[], colors: Colors): string {
  return samples
    .map(({ text, tokens, stopReason }, at) => {
      const end = stopReason === 'stop' ? 'ended by itself' : 'cut off'
      const head = colors.dim(`#${at + 1}, ${tokens.length} tokens, ${end}`)
      return `${head}\n${visible(text)}`
    })
    .join('\n')
}
