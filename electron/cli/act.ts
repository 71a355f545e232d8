/**
 * What a command's file is given and gives back.
 */
import type { GenericSchema } from 'valibot'
import type { ExitCode } from './failure.ts'
import type { Output } from './output.ts'

export type Invocation = {
  /** Words that are not options. */
  readonly args: readonly string[]
  readonly output: Output
}

export type WithJson = { readonly json?: true | undefined }

/** Makes an action for commander of a schema for its options and a body. */
export type Act = <Options extends WithJson>(
  schema: GenericSchema<unknown, Options>,
  body: (options: Options, invocation: Invocation) => Promise<ExitCode>,
) => (...given: unknown[]) => Promise<void>
