/**
 * The desk: one trace at a time with the rating beside it, by keyboard alone.
 * Not here: what actions do (data/desk.ts), which keys start them (state/desk-keys.ts).
 */
import { useEffect, useMemo, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Bar } from '../../components/panel.tsx'
import { Empty, Failed, Waiting } from '../../components/states.tsx'
import { useOrder } from '../../data/ask.ts'
import { useDesk } from '../../data/desk.ts'
import type { Desk } from '../../data/desk.ts'
import { useSetting } from '../../data/settings.ts'
import { useAsk } from '../../data/ask.ts'
import { duration, integer } from '../../format.ts'
import { deskBindings, useDeskKeys } from '../../state/desk-keys.ts'
import type { DeskAction } from '../../state/desk-keys.ts'
import { COMMON } from '../../strings/common.ts'
import { QUEUE } from '../../strings/review.ts'
import { categoriesOf, turnCategory } from '../../text/draft-flag.ts'
import layout from '../layout.module.css'
import { DeskForm } from './desk-form.tsx'
import { DeskSide } from './desk-side.tsx'
import { DeskTrace, focusText, selectedSpan } from './desk-trace.tsx'
import styles from './review.module.css'

type Props = {
  readonly run: string
  readonly items: readonly string[]
  /** With what other raters said. */
  readonly adjudicate: boolean
  readonly onAgain: () => void
}

export type Typing = 'tags' | 'note' | null

export function DeskView({ run, items, adjudicate, onAgain }: Props) {
  const root = useRef<HTMLDivElement>(null)
  const blind = useSetting('blind') && !adjudicate
  const text = useSetting('categories')
  const categories = useMemo(() => categoriesOf(text), [text])
  const desk = useDesk({ run, items, categories, blind, adjudicate })
  const [typing, setTyping] = useState<Typing>(null)
  const stopTyping = () => {
    setTyping(null)
    root.current?.focus()
  }
  useKeysOf(desk, { categories, root, onType: setTyping, onAgain, ended: desk.at >= items.length })
  useEffect(() => root.current?.focus(), [])
  return (
    <div ref={root} tabIndex={-1} className={styles['desk']} aria-label={QUEUE.form} role="group">
      <Progress desk={desk} total={items.length} />
      {desk.at >= items.length ? (
        <Ended desk={desk} onAgain={onAgain} />
      ) : desk.item !== undefined ? (
        <div className={styles['split']}>
          <DeskTrace item={desk.item} evidence={desk.draft.span} />
          <section className={layout['aside']} aria-label={COMMON.details}>
            <DeskForm
              desk={desk}
              categories={categories}
              typing={typing}
              onType={setTyping}
              onTyped={stopTyping}
            />
            <DeskSide item={desk.item} desk={desk} adjudicate={adjudicate} />
          </section>
        </div>
      ) : desk.error !== null ? (
        <Failed error={desk.error} onRetry={desk.retry} />
      ) : (
        <Waiting what={QUEUE.item} />
      )}
    </div>
  )
}

type KeyPlace = {
  readonly categories: readonly string[]
  readonly root: { readonly current: HTMLElement | null }
  readonly onType: (typing: Typing) => void
  readonly onAgain: () => void
  readonly ended: boolean
}

function useKeysOf(desk: Desk, place: KeyPlace): void {
  const settings = useAsk('settings.get', {})
  const shortcuts = settings.data?.settings.shortcuts
  const bindings = useMemo(() => deskBindings(shortcuts ?? {}), [shortcuts])
  const { mutate } = useOrder('settings.set', ['settings.get'])
  const blind = useSetting('blind')
  useDeskKeys(bindings, (action) => {
    if (action === 'blind') mutate({ values: { blind: !blind } })
    else ACTIONS[action](desk, place)
  })
}

const severity = (number: number) => (desk: Desk) =>
  desk.setDraft({ ...desk.draft, severity: number })

type Acts = Readonly<Record<Exclude<DeskAction, 'blind'>, (desk: Desk, place: KeyPlace) => unknown>>

const ACTIONS: Acts = {
  save: (desk, { ended, onAgain }) => (ended ? onAgain() : desk.save()),
  severity1: severity(1),
  severity2: severity(2),
  severity3: severity(3),
  severity4: severity(4),
  severity5: severity(5),
  next: (desk) => desk.next(),
  previous: (desk) => desk.previous(),
  category: (desk, { categories }) => desk.setDraft(turnCategory(desk.draft, categories, 1)),
  categoryBack: (desk, { categories }) => desk.setDraft(turnCategory(desk.draft, categories, -1)),
  tags: (_, { onType }) => onType('tags'),
  note: (_, { onType }) => onType('note'),
  span: (desk) => takeEvidence(desk),
  text: (_, { root }) => focusText(root.current),
  skip: (desk) => desk.skip(),
  undo: (desk) => desk.undo(),
  same: (desk) => desk.same(),
  confirm: (desk) => desk.decide('confirmed'),
  dismiss: (desk) => desk.decide('dismissed'),
  reopen: (desk) => desk.decide('open'),
  keepTask: (desk) => desk.setKeepTask(!desk.keepTask),
}

function takeEvidence({ item, draft, setDraft, say }: Desk): void {
  const span = item === undefined ? null : selectedSpan(item)
  if (span === null) return say(QUEUE.nothingSelected)
  setDraft({ ...draft, span })
  window.getSelection()?.removeAllRanges()
}

function Progress({ desk, total }: { readonly desk: Desk; readonly total: number }) {
  const { at, rated, skipped, said } = desk
  const label = QUEUE.progress(integer(Math.min(at + 1, total)), integer(total))
  return (
    <div className={styles['progress']}>
      <span className="number">{label}</span>
      <Bar label={label} done={at} total={total} />
      <span className="number">{QUEUE.rated(integer(rated.size))}</span>
      {skipped.size === 0 ? null : (
        <span className="number">{QUEUE.skipped(integer(skipped.size))}</span>
      )}
      {rated.size === 0 ? null : (
        <span className="number">{QUEUE.pace(duration(medianOf(rated)))}</span>
      )}
      <span className={layout['grow']} />
      <span role="status" className={styles['said']}>
        {said}
      </span>
    </div>
  )
}

function medianOf(rated: Desk['rated']): number {
  const all = [...rated.values()].toSorted((a, b) => a - b)
  return all[all.length >> 1] ?? 0
}

function Ended({ desk, onAgain }: { readonly desk: Desk; readonly onAgain: () => void }) {
  const { rated } = desk
  const seconds = rated.size === 0 ? duration(0) : duration(medianOf(rated))
  return (
    <Empty title={QUEUE.end} text={QUEUE.endText(integer(rated.size), seconds)}>
      <Button label={QUEUE.draw} look="primary" onPress={onAgain} />
      <Button label={QUEUE.undo} onPress={() => desk.undo()} />
    </Empty>
  )
}
