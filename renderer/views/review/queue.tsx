/**
 * The queue: where traces come from, and the desk over them. What was chosen is in the address.
 */
import { RefreshCw } from 'lucide-react'
import { QUEUE_SOURCES } from '../../../electron/contract/review.ts'
import type { QueueSource } from '../../../electron/contract/review.ts'
import { KINDS, ROLES } from '../../../electron/contract/task.ts'
import { Button } from '../../components/button.tsx'
import { Switch } from '../../components/fields.tsx'
import { Select } from '../../components/select.tsx'
import type { Choice } from '../../components/select.tsx'
import { Empty, Failed, Waiting } from '../../components/states.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { useQueue } from '../../data/queue.ts'
import type { QueueOrder } from '../../data/queue.ts'
import { useSetting } from '../../data/settings.ts'
import type { Params } from '../../state/route.ts'
import { useRoute } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { QUEUE } from '../../strings/review.ts'
import layout from '../layout.module.css'
import { DeskView } from './desk.tsx'
import { RaterSelect } from './rater-select.tsx'
import styles from './review.module.css'

const ROLE_CHOICES: readonly Choice<string>[] = [
  { id: '', label: QUEUE.roleAny },
  ...ROLES.map((id) => ({ id, label: COMMON.roles[id] })),
]
const KIND_CHOICES: readonly Choice<string>[] = [
  { id: '', label: QUEUE.kindAny },
  ...KINDS.map((id) => ({ id, label: COMMON.kinds[id] })),
]

/** From the address, which may hold anything. */
export function queueOrder(run: string, params: Params): QueueOrder & { source: QueueSource } {
  const source = QUEUE_SOURCES.find((name) => name === params['source']) ?? 'suggested'
  const { rule = '', episode = '', rated = '', seed = '' } = params
  return {
    run,
    source,
    seed: /^\d{1,9}$/.test(seed) ? Number(seed) : 1,
    unrated: rated !== '1',
    filter: filterOf(params),
    ...(rule === '' || source !== 'suggested' ? {} : { rule }),
    ...(episode === '' || source !== 'one' ? {} : { episode }),
  }
}

function filterOf(params: Params) {
  const role = ROLES.find((name) => name === params['role'])
  const kind = KINDS.find((name) => name === params['kind'])
  return { ...(role === undefined ? {} : { role }), ...(kind === undefined ? {} : { kind }) }
}

export function QueuePart({ run }: { readonly run: string }) {
  const params = useRoute((state) => state.route.params)
  const change = useRoute((state) => state.change)
  const rater = useSetting('rater')
  const order = queueOrder(run, params)
  const { items, error, redraw } = useQueue(order, rater)
  const again = () => {
    if (order.source === 'random' || order.source === 'stratified') {
      change({ seed: String((order.seed ?? 1) + 1) })
    } else redraw()
  }
  return (
    <>
      <QueueBar order={order} onAgain={again} />
      {error !== null ? (
        <Failed error={error} onRetry={redraw} />
      ) : items === null ? (
        <Waiting what={QUEUE.waiting} />
      ) : items.length === 0 ? (
        <NothingHere source={order.source} />
      ) : (
        <DeskView
          key={items.join('\n')}
          run={run}
          items={items}
          adjudicate={order.source === 'disagreement' || params['adjudicate'] === '1'}
          onAgain={again}
        />
      )}
    </>
  )
}

function NothingHere({ source }: { readonly source: QueueSource }) {
  const { emptyText } = QUEUE
  const text =
    source === 'suggested' || source === 'disagreement' || source === 'judged'
      ? emptyText[source]
      : emptyText.other
  return <Empty title={QUEUE.empty} text={text} />
}

type BarProps = { readonly order: ReturnType<typeof queueOrder>; readonly onAgain: () => void }

function QueueBar({ order, onAgain }: BarProps) {
  const change = useRoute((state) => state.change)
  const { source, filter } = order
  const choices = QUEUE_SOURCES.filter((id) => id !== 'one' || source === 'one')
  return (
    <div className={layout['bar']}>
      <div className={styles['picker']}>
        <Select
          bare
          label={QUEUE.source}
          choices={choices.map((id) => ({ id, label: QUEUE.sources[id] }))}
          value={source}
          onChange={(next) => change({ source: next, episode: '' })}
        />
      </div>
      {source === 'suggested' ? <RuleFilter order={order} /> : null}
      <div className={styles['pick']}>
        <Select
          bare
          label={QUEUE.role}
          choices={ROLE_CHOICES}
          value={filter?.role ?? ''}
          onChange={(next) => change({ role: next })}
        />
      </div>
      <div className={styles['pick']}>
        <Select
          bare
          label={QUEUE.kind}
          choices={KIND_CHOICES}
          value={filter?.kind ?? ''}
          onChange={(next) => change({ kind: next })}
        />
      </div>
      <Switch
        label={QUEUE.unrated}
        value={order.unrated !== false}
        onChange={(on) => change({ rated: on ? '' : '1' })}
      />
      <span className={layout['grow']} />
      <BlindSwitch />
      <RaterSelect />
      <Button icon={RefreshCw} label={QUEUE.draw} onPress={onAgain} />
    </div>
  )
}

function RuleFilter({ order }: Pick<BarProps, 'order'>) {
  const change = useRoute((state) => state.change)
  const book = useAsk('rules.list', { run: order.run })
  const rule = order.rule ?? ''
  const found = (book.data?.rules ?? []).filter(({ episodes, id }) => episodes > 0 || id === rule)
  return (
    <div className={styles['picker']}>
      <Select
        bare
        label={QUEUE.rule}
        choices={[
          { id: '', label: QUEUE.ruleAny },
          ...found.map(({ id, episodes }) => ({ id, label: `${id} (${episodes})` })),
          ...(rule === '' || found.some(({ id }) => id === rule)
            ? []
            : [{ id: rule, label: rule }]),
        ]}
        value={rule}
        onChange={(next) => change({ rule: next })}
      />
    </div>
  )
}

function BlindSwitch() {
  const blind = useSetting('blind')
  const { mutate } = useOrder('settings.set', ['settings.get'])
  return (
    <span className={styles['blind']} title={QUEUE.blindHint}>
      <Switch
        label={QUEUE.blind}
        value={blind}
        onChange={(on) =>
          mutate(
            { values: { blind: on } },
            { onError: (error) => addNote('warning', error.message) },
          )
        }
      />
    </span>
  )
}
