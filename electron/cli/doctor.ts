/**
 * `kelvin doctor`: what this machine offers, and what would help. Exit 1 only where training is impossible.
 */
import type { Command } from 'commander'
import type { Colors } from 'picocolors/types.js'
import * as v from 'valibot'
import type { Finding } from '../contract/workbench.ts'
import type { Diagnosis } from '../host/doctor.ts'
import type { Act } from './act.ts'
import { table, visible } from './format.ts'
import { flag, text, withHome } from './options.ts'
import { remoteOf, remoteOptions, withRemote } from './remote-options.ts'

const Options = v.strictObject({ json: flag, home: v.optional(text), ...remoteOptions })

export function addDoctor(program: Command, act: Act): void {
  const command = program.command('doctor').description('look at this machine')
  withHome(withRemote(command)).action(
    act(Options, async ({ home, ...given }, { output }) => {
      const remote = remoteOf(given) ?? undefined
      const { diagnose } = await import('../host/doctor.ts')
      const { oneErrand } = await import('../host/one-errand.ts')
      const { signal } = new AbortController()
      const diagnosis = await diagnose(home, () => oneErrand().probe(signal), remote)
      output.summary(diagnosis, (colors) => reportOf(diagnosis, colors))
      return diagnosis.ok ? 0 : 1
    }),
  )
}

function reportOf({ ok, findings }: Diagnosis, colors: Colors): string {
  const rows = findings.map((finding) => [
    markOf(finding, colors),
    finding.name,
    visible(finding.detail),
  ])
  const lines = table(rows).split('\n')
  const body = lines.flatMap((line, at) => {
    const hint = findings[at]?.hint ?? ''
    return hint === '' ? [line] : [line, colors.dim(`      ${hint}`)]
  })
  const verdict = ok
    ? colors.green('This machine can train: kelvin train')
    : colors.red('This machine cannot train yet.')
  return [...body, '', verdict].join('\n')
}

function markOf({ ok, needed }: Finding, colors: Colors): string {
  if (ok) return colors.green('ok  ')
  return needed ? colors.red('no  ') : colors.yellow('note')
}
