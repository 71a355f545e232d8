/**
 * The commands as one program: reads the line, runs one command, answers with an exit status.
 * Not here: what a command does (one file per command), sentences for failures (failure.ts).
 */
import { Command } from 'commander'
import { failureOf, isDebugging } from './failure.ts'
import type { ExitCode } from './failure.ts'
import { createOutput } from './output.ts'
import type { Act, Invocation } from './act.ts'
import { readOptions } from './options.ts'
import { addBench } from './bench.ts'
import { addDoctor } from './doctor.ts'
import { addEval } from './eval.ts'
import { addExport } from './export.ts'
import { addFlags } from './flags.ts'
import { addPretrain } from './pretrain.ts'
import { addReport } from './report.ts'
import { addRuns } from './runs.ts'
import { addSample } from './sample.ts'
import { addSandbox } from './sandbox.ts'
import { addServe } from './serve.ts'
import { addTrain } from './train.ts'
import manifest from '../../package.json' with { type: 'json' }

export async function main(args: readonly string[]): Promise<ExitCode> {
  quietPipes()
  let exit: ExitCode = 0
  const act: Act =
    (schema, body) =>
    async (...given) => {
      const command = given.at(-1)
      if (!(command instanceof Command)) throw new TypeError('expected an action of commander')
      const options = readOptions(schema, command.opts())
      exit = await body(options, invocationOf(command, options))
    }
  try {
    await programOf(act).parseAsync(args, { from: 'user' })
    return exit
  } catch (thrown) {
    return tell(thrown)
  }
}

/** In the order of help. */
const COMMANDS = [
  addDoctor,
  addTrain,
  addEval,
  addPretrain,
  addSandbox,
  addSample,
  addBench,
  addRuns,
  addExport,
  addFlags,
  addReport,
  addServe,
]

function programOf(act: Act): Command {
  const program = new Command('kelvin')
    .description(manifest.description)
    .version(manifest.version)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .showHelpAfterError(false)
  for (const add of COMMANDS) add(program, act)
  return program
}

function invocationOf(
  command: Command,
  { json }: { readonly json?: true | undefined },
): Invocation {
  return { args: command.args, output: createOutput(json === true) }
}

function tell(thrown: unknown): ExitCode {
  const { exit, sentence } = failureOf(thrown)
  if (sentence !== '') process.stderr.write(`kelvin: ${sentence}\n`)
  if (isDebugging() && exit !== 0) console.error(thrown)
  return exit
}

/** `kelvin ... | head` closes our stdout early: that is no failure to report. */
function quietPipes(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
}
