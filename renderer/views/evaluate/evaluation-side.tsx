/**
 * Everything that must stand beside a score for it to mean something, and its paired difference to the baseline.
 */
import { ListChecks, Trash2 } from 'lucide-react'
import type { Evaluation } from '../../../electron/contract/evaluation.ts'
import { KINDS } from '../../../electron/contract/task.ts'
import { Button } from '../../components/button.tsx'
import { Facts, Panel } from '../../components/panel.tsx'
import type { Fact } from '../../components/panel.tsx'
import { Loaded } from '../../components/states.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { duration, integer, percent } from '../../format.ts'
import { useRoute } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import { samplingText } from '../../text/board.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import { differenceText, mcnemarText } from './score-cell.tsx'

type Props = {
  readonly evaluation: Evaluation | undefined
  readonly baseline: Evaluation | undefined
}

export function EvaluationSide({ evaluation, baseline }: Props) {
  return (
    <section className={layout['aside']} aria-label={COMMON.details}>
      {evaluation === undefined ? (
        <p className={layout['muted']}>{EVALUATE.chooseScore}</p>
      ) : (
        <>
          <Panel title={visible(evaluation.title)} note={visible(evaluation.label)}>
            <div className={layout['stack']}>
              <Facts facts={scoreFacts(evaluation)} />
              <Actions evaluation={evaluation} baseline={baseline} />
            </div>
          </Panel>
          {baseline === undefined ? null : <Paired before={baseline} after={evaluation} />}
          <Panel title={EVALUATE.about}>
            <Facts facts={aboutFacts(evaluation)} />
          </Panel>
        </>
      )}
    </section>
  )
}

function scoreFacts(evaluation: Evaluation): readonly Fact[] {
  const { n, passAt1, low, high, undecided, kinds } = evaluation
  const of = (score: { passAt1: number; low: number; high: number; n: number }): string =>
    score.n === 0
      ? EVALUATE.notEnough
      : `${percent(score.passAt1, 1)} (${percent(score.low, 1)} to ${percent(score.high, 1)}), ${EVALUATE.items(integer(score.n))}`
  const parts = KINDS.flatMap((kind): readonly Fact[] => {
    const score = kinds[kind]
    return score === undefined ? [] : [[COMMON.kinds[kind], of(score)]]
  })
  return [
    [EVALUATE.score, of({ n, passAt1, low, high })],
    ...(parts.length > 1 ? parts : []),
    ...(undecided === 0
      ? []
      : [[EVALUATE.notJudged, EVALUATE.notJudgedText(integer(undecided))] as const]),
  ]
}

function aboutFacts(evaluation: Evaluation): readonly Fact[] {
  const { template, seed, maxTokens, topP, files, licence, home, protocol } = evaluation
  const { contamination, weights, source, startedMs, finishedMs, limit } = evaluation
  const sampling = [
    samplingText(evaluation),
    ...(evaluation.temperature === 0 ? [] : [`top-p ${topP}`]),
    ...(limit === null ? [] : [EVALUATE.part(String(limit))]),
  ].join(', ')
  const all: readonly Fact[] = [
    [EVALUATE.template, template],
    [EVALUATE.sampling, sampling],
    [EVALUATE.longest, maxTokens === 0 ? '' : EVALUATE.tokens(integer(maxTokens))],
    [EVALUATE.seedName, String(seed)],
    [EVALUATE.source, EVALUATE.sources[source]],
    [EVALUATE.took, source === 'order' ? duration((finishedMs - startedMs) / 1000) : ''],
    [EVALUATE.protocol, protocol],
    [EVALUATE.contamination, contamination],
    [EVALUATE.licence, visible(licence)],
    [EVALUATE.home, visible(home)],
    [EVALUATE.files, files.map(fileText).join('; ')],
    [EVALUATE.weights, weights.slice(0, 16)],
  ]
  return all.filter(([, value]) => value !== '')
}

function fileText({ path, digest, known }: Evaluation['files'][number]): string {
  const state = known ? EVALUATE.published : EVALUATE.unpublished
  return `${visible(path)}, sha256 ${digest.slice(0, 12)}…, ${state}`
}

function Actions({ evaluation, baseline }: Props & { readonly evaluation: Evaluation }) {
  const change = useRoute((state) => state.change)
  const remove = useOrder('evaluations.remove', ['evaluations.board'])
  return (
    <div className={layout['row']}>
      <Button
        icon={ListChecks}
        label={EVALUATE.openAnswers}
        onPress={() =>
          change({ tab: 'answers', evaluation: evaluation.id, against: baseline?.id ?? '' })
        }
      />
      {evaluation.source === 'order' ? (
        <Button
          icon={Trash2}
          look="quiet"
          label={EVALUATE.remove}
          onPress={() => remove.mutate({ evaluation: evaluation.id })}
        />
      ) : null}
    </div>
  )
}

type PairedProps = { readonly before: Evaluation; readonly after: Evaluation }

function Paired({ before, after }: PairedProps) {
  const query = useAsk('evaluations.difference', { before: before.id, after: after.id })
  return (
    <Panel title={EVALUATE.compared} note={visible(`${before.label} → ${after.label}`)}>
      <Loaded query={query} what={EVALUATE.compared}>
        {(found) => (
          <div className={layout['stack']}>
            <Facts
              facts={[
                [EVALUATE.score, differenceText(found.mean)],
                ...KINDS.flatMap((kind): readonly Fact[] => {
                  const own = found.kinds[kind]
                  const several = Object.keys(found.kinds).length > 1
                  return own === undefined || !several
                    ? []
                    : [[COMMON.kinds[kind], differenceText(own)]]
                }),
                [EVALUATE.bootstrap, differenceText(found.bootstrap)],
                [EVALUATE.mcnemar, mcnemarText(found)],
                ['n', EVALUATE.pairs(integer(found.items), integer(found.clusters))],
              ]}
            />
            {found.remarks.map((remark) => (
              <p key={remark} className={layout['muted']}>
                {visible(remark)}
              </p>
            ))}
          </div>
        )}
      </Loaded>
    </Panel>
  )
}
