/**
 * `kelvin sandbox run|selftest|bench`: one program on literal arguments; what the sandbox holds on this machine, and
 * how fast it is.
 */
import { createReadStream } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { Colors } from 'picocolors/types.js'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import type { ProgramRun } from '../contract/workbench.ts'
import type { SandboxState } from '../host/programs.ts'
import { SANDBOX_ENGINES } from '../sandbox/sandbox.ts'
import type { Act } from './act.ts'
import { figure, table, visible } from './format.ts'
import { choice, flag, withJson } from './options.ts'

const engine = v.optional(choice(SANDBOX_ENGINES))
const RunOptions = v.strictObject({ json: flag, input: v.string(), engine })
const TestOptions = v.strictObject({ json: flag, engine })

export function addSandbox(program: Command, act: Act): void {
  const sandbox = program.command('sandbox').description('the place where programs run')
  addRun(sandbox, act)
  addSelfTest(sandbox, act)
  addBench(sandbox, act)
}

function addRun(sandbox: Command, act: Act): void {
  const command = sandbox
    .command('run')
    .argument('<file>', 'Python that defines f')
    .description('run one program twice, under two hash seeds')
    .option('--input <text>', 'literal arguments: the text between the parentheses of f(...)', '')
  withEngine(command).action(
    act(RunOptions, async ({ input, engine }, { args, output }) => {
      const source = await readProgram(args[0] ?? '')
      const { runProgram } = await import('../host/programs.ts')
      const run = await runProgram(source, input, engine)
      output.summary(run, (colors) => runText(run, colors))
      // A program that fails is an answer; a sandbox that fails is not.
      return run.status === 'infra_error' ? 1 : 0
    }),
  )
}

function addSelfTest(sandbox: Command, act: Act): void {
  const command = sandbox
    .command('selftest')
    .description('try what programs must not be able to do')
  withEngine(command).action(
    act(TestOptions, async ({ engine }, { output }) => {
      const { testSandbox } = await import('../host/programs.ts')
      const state = await testSandbox(engine)
      output.summary(state, (colors) => testText(state, colors))
      return state.level > 0 ? 0 : 1
    }),
  )
}

function addBench(sandbox: Command, act: Act): void {
  const command = sandbox.command('bench').description('programs per second on this machine')
  withEngine(command).action(
    act(TestOptions, async ({ engine }, { output }) => {
      const { measureSandbox } = await import('../host/benchmarks.ts')
      const figures = await measureSandbox(engine)
      output.summary(figures, () => figuresText(figures))
      return 0
    }),
  )
}

/** Without it the best engine that this machine has is taken. */
const withEngine = (command: Command): Command =>
  withJson(command.option('--engine <name>', 'processes, or the hidden page of a browser: page'))

/** More than any program that the sandbox takes. */
const MAX_BYTES = 4 * 2 ** 20

async function readProgram(path: string): Promise<string> {
  const bytes = await readSome(path)
  if (bytes.length > MAX_BYTES) {
    throw new AppError('usage', `${path}: expected at most ${MAX_BYTES} bytes, found more`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new AppError('usage', `${path}: expected UTF-8 text, found other bytes`, { cause })
  }
}

/** One byte too many, at most: devices have no end. */
async function readSome(path: string): Promise<Uint8Array> {
  try {
    return await buffer(createReadStream(path, { end: MAX_BYTES }))
  } catch (cause) {
    throw new AppError('usage', `${path}: cannot be read: ${messageOf(cause)}`, { cause })
  }
}

function runText({ status, output, detail, cpuMs, wallMs, level }: ProgramRun, colors: Colors) {
  const what = status === 'ok' ? colors.green(status) : colors.yellow(status)
  const times = `${cpuMs.toFixed(1)} ms CPU, ${wallMs.toFixed(1)} ms wall, level ${level}`
  return `${what}  ${visible(output ?? detail ?? '')}\n${colors.dim(times)}`
}

function testText({ level, label, pythonVersion, checks }: SandboxState, colors: Colors): string {
  const rows = checks.map(({ name, pass, detail }) => [
    pass ? colors.green('holds') : colors.red('open'),
    name,
    visible(detail),
  ])
  return `${table(rows)}\n\nlevel ${level}, ${colors.bold(label)}, Python ${pythonVersion}`
}

/** A figure that the system does not tell is null. */
function figuresText(figures: Readonly<Record<string, number | null>>): string {
  const rows = Object.entries(figures).map(([name, value]) => [
    name,
    value === null ? '-' : figure(value),
  ])
  return table(rows)
}
