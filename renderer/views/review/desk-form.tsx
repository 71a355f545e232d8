/**
 * The rating of a trace. Every control has a key; nothing is chosen before the rater chooses.
 */
import { X } from 'lucide-react'
import type { KeyboardEvent } from 'react'
import { useEffect, useRef, useState } from 'react'
import { Button, IconButton } from '../../components/button.tsx'
import controls from '../../components/controls.module.css'
import { classes } from '../../components/classes.ts'
import { Panel } from '../../components/panel.tsx'
import { Select } from '../../components/select.tsx'
import type { Desk } from '../../data/desk.ts'
import { integer } from '../../format.ts'
import { QUEUE, REVIEW } from '../../strings/review.ts'
import { addTags } from '../../text/draft-flag.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import type { Typing } from './desk.tsx'
import styles from './review.module.css'

type Props = {
  readonly desk: Desk
  readonly categories: readonly string[]
  readonly typing: Typing
  readonly onType: (typing: Typing) => void
  readonly onTyped: () => void
}

export function DeskForm(props: Props) {
  const { desk, categories } = props
  const { draft, setDraft, item } = desk
  const all = categories.includes(draft.category) ? categories : [...categories, draft.category]
  const state = item?.own === null ? QUEUE.unsaved : QUEUE.saved
  return (
    <Panel title={QUEUE.form} note={state}>
      <div className={layout['stack']}>
        <Severity desk={desk} />
        <Select
          label={keyed(QUEUE.category, 'c')}
          choices={all.map((id) => ({ id, label: visible(id) }))}
          value={draft.category}
          onChange={(category) => setDraft({ ...draft, category })}
        />
        <Tags {...props} />
        <Note {...props} />
        <Evidence desk={desk} />
        <div className={styles['acts']}>
          <Button label={keyed(QUEUE.save, 'Enter')} look="primary" onPress={desk.save} />
          <Button label={keyed(QUEUE.skip, 'x')} onPress={desk.skip} />
          <Button label={keyed(QUEUE.undo, 'u')} onPress={() => desk.undo()} />
          <Button label={keyed(QUEUE.same, 'd')} onPress={() => desk.same()} />
        </div>
      </div>
    </Panel>
  )
}

const keyed = (label: string, key: string): string => `${label} (${key})`

function Severity({ desk: { draft, setDraft } }: Pick<Props, 'desk'>) {
  return (
    <div>
      <span className={controls['label']}>{keyed(QUEUE.severity, '1–5')}</span>
      <div className={styles['severities']} role="radiogroup" aria-label={QUEUE.severity}>
        {[1, 2, 3, 4, 5].map((severity) => (
          <button
            key={severity}
            type="button"
            role="radio"
            aria-checked={draft.severity === severity}
            className={classes(styles['severity'], draft.severity === severity && styles['chosen'])}
            onClick={() => setDraft({ ...draft, severity })}
          >
            <b>{severity}</b>
            <small>{REVIEW.severities[severity]}</small>
          </button>
        ))}
      </div>
    </div>
  )
}

function Tags({ desk: { draft, setDraft }, typing, onType, onTyped }: Props) {
  const [text, setText] = useState('')
  const field = useFocus<HTMLInputElement>(typing === 'tags')
  const add = () => {
    if (text.trim() !== '') setDraft(addTags(draft, text))
    setText('')
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    event.preventDefault()
    if (event.key === 'Enter' && text.trim() !== '') return add()
    setText('')
    return onTyped()
  }
  return (
    <label className={controls['field']}>
      <span className={controls['label']}>{keyed(QUEUE.tags, 't')}</span>
      <input
        ref={field}
        className={controls['input']}
        value={text}
        placeholder={QUEUE.tagHint}
        onChange={(event) => setText(event.target.value)}
        onFocus={() => onType('tags')}
        onBlur={add}
        onKeyDown={onKey}
      />
      {draft.tags.length === 0 ? null : (
        <span className={layout['row']}>
          {draft.tags.map((tag) => (
            <span key={tag} className={styles['tag']}>
              {visible(tag)}
              <IconButton
                icon={X}
                label={QUEUE.removeTag(tag)}
                onPress={() =>
                  setDraft({ ...draft, tags: draft.tags.filter((one) => one !== tag) })
                }
              />
            </span>
          ))}
        </span>
      )}
    </label>
  )
}

function Note({ desk, typing, onType, onTyped }: Props) {
  const { draft, setDraft } = desk
  const field = useFocus<HTMLTextAreaElement>(typing === 'note')
  const onKey = (event: KeyboardEvent) => {
    const isSave = event.key === 'Enter' && (event.ctrlKey || event.metaKey)
    if (!isSave && event.key !== 'Escape') return
    event.preventDefault()
    onTyped()
    if (isSave) desk.save()
  }
  return (
    <label className={controls['field']}>
      <span className={controls['label']}>{keyed(QUEUE.note, 'n')}</span>
      <textarea
        ref={field}
        className={controls['area']}
        rows={2}
        value={draft.note}
        maxLength={20_000}
        onChange={(event) => setDraft({ ...draft, note: event.target.value })}
        onFocus={() => onType('note')}
        onKeyDown={onKey}
      />
    </label>
  )
}

function Evidence({ desk: { draft, setDraft } }: Pick<Props, 'desk'>) {
  const { span } = draft
  return (
    <div>
      <span className={controls['label']}>{keyed(QUEUE.evidence, 's')}</span>
      {span === null ? (
        <p className={controls['hint']}>{QUEUE.noEvidence}</p>
      ) : (
        <div className={styles['quote']}>
          <code>{visible(span.quote.slice(0, 300))}</code>
          <span className={controls['hint']}>
            {QUEUE.at(integer(span.start), integer(span.end))}
          </span>
          <IconButton
            icon={X}
            label={QUEUE.dropEvidence}
            onPress={() => setDraft({ ...draft, span: null })}
          />
        </div>
      )}
    </div>
  )
}

function useFocus<Element extends HTMLElement>(wanted: boolean) {
  const field = useRef<Element>(null)
  useEffect(() => {
    if (wanted) field.current?.focus()
  }, [wanted])
  return field
}
