/**
 * Calls that change nothing and start no program of a model: what a host that only shows answers. Every other is
 * refused there, so that a new call is refused until it is named here.
 */
import type { CallName } from './api.ts'

export const READING: ReadonlySet<CallName> = new Set<CallName>([
  'app.info',
  'app.doctor',
  'app.usage',
  'settings.get',
  'runs.list',
  'runs.show',
  'runs.plan',
  'history.index',
  'steps.range',
  'steps.tallies',
  'steps.safety',
  'tasks.page',
  'tasks.count',
  'tasks.tags',
  'tasks.show',
  'episodes.page',
  'episodes.count',
  'episodes.show',
  'models.list',
  'models.validate',
  'checkpoints.list',
  'evals.list',
  'evals.items',
  'evaluations.board',
  'evaluations.suites',
  'evaluations.page',
  'evaluations.answer',
  'evaluations.difference',
  'evaluations.reported',
  'compare.scores',
  'compare.items',
  'compare.answer',
  'jobs.list',
  'flags.list',
  'flags.ofEpisode',
  'review.queue',
  'review.item',
  'review.raters',
  'review.agreement',
  'review.audit',
  'review.lineage',
  'rules.list',
  'views.list',
  'logs.tail',
])

export const READ_ONLY =
  'this workbench only shows; kelvin serve without --read-only changes things'
