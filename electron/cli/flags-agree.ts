/**
 * `kelvin flags agree`: how far raters agree, where they do not, and how right rules were.
 */
import type { Command } from 'commander'
import type { Colors } from 'picocolors/types.js'
import * as v from 'valibot'
import type { Agreement, Coefficient } from '../contract/review.ts'
import type { RuleFigures } from '../host/flag-ratings.ts'
import type { Act } from './act.ts'
import { count, percent, table, visible } from './format.ts'
import { flag, text, withHome } from './options.ts'

const Options = v.strictObject({ json: flag, home: v.optional(text), run: text, blind: flag })

export function addAgree(flags: Command, act: Act): void {
  const command = flags
    .command('agree')
    .description('agreement of raters with intervals, conflicts, precision of rules')
    .requiredOption('--run <run>', 'which run')
    .option('--blind', 'only flags made without sight of suggestions')
  withHome(command).action(
    act(Options, async ({ home, run, blind }, { output }) => {
      const [{ homeDirectory }, { withHistory }, ratings] = await Promise.all([
        import('../host/paths.ts'),
        import('../host/open-history.ts'),
        import('../host/flag-ratings.ts'),
      ])
      const { readRatings, measureAgreement, measureRules } = ratings
      const found = await withHistory(homeDirectory(home), (store) => ({
        agreement: measureAgreement(readRatings(store, run, { blindOnly: blind === true })),
        rules: measureRules(store, run),
      }))
      for (const conflict of found.agreement.conflicts) output.record({ conflict })
      const { conflicts, ...figures } = found.agreement
      const summary = { run, ...figures, conflicts: conflicts.length, rules: found.rules }
      output.summary(summary, (colors) => agreeText(found.agreement, found.rules, colors))
      return 0
    }),
  )
}

const SHOWN_CONFLICTS = 20

function agreeText(agreement: Agreement, rules: readonly RuleFigures[], colors: Colors): string {
  const { severity, category, pairs, conflicts } = agreement
  const rows = [
    ['percent agreement', figure(severity.percent), figure(category.percent)],
    ["Krippendorff's alpha", figure(severity.alpha), figure(category.alpha)],
    ...pairs.map(({ raters, ...pair }) => [
      `Cohen's kappa, ${raters.map(visible).join(' and ')}`,
      figure(pair.severity),
      figure(pair.category),
    ]),
  ]
  const apart = conflicts
    .slice(0, SHOWN_CONFLICTS)
    .map(({ episode, ratings }) => [
      visible(episode),
      ratings.map((own) => visible(`${own.rater} ${own.severity} ${own.category}`)).join(', '),
    ])
  const judged = rules.map(({ rule, version, episodes, judged: known, precision }) => [
    visible(`${rule}@${version}`),
    count(episodes),
    count(known),
    precision.ok
      ? `${percent(precision.mean)} (${percent(precision.low)} to ${percent(precision.high)})`
      : '-',
  ])
  const dim = (names: readonly string[]) => names.map((name) => colors.dim(name))
  return [
    `${count(agreement.episodes)} episodes rated by ${agreement.raters.map(visible).join(', ') || 'nobody'}`,
    table(rows, dim(['', 'SEVERITY', 'CATEGORY'])),
    `${count(conflicts.length)} conflicts`,
    ...(apart.length === 0 ? [] : [table(apart, dim(['EPISODE', 'RATINGS']))]),
    ...(judged.length === 0
      ? []
      : [table(judged, dim(['RULE', 'EPISODES', 'JUDGED', 'PRECISION']))]),
  ].join('\n')
}

function figure(found: Coefficient | null): string {
  if (found === null) return 'not enough data'
  return `${found.value.toFixed(3)} (${found.low.toFixed(3)} to ${found.high.toFixed(3)})`
}
