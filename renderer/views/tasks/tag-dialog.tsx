/**
 * Asks for a tag: a new one, or one of those in use.
 */
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/fields.tsx'
import { integer } from '../../format.ts'
import { BULK } from '../../strings/task-filter.ts'
import layout from '../layout.module.css'
import styles from './tasks.module.css'

type Props = {
  readonly asked: 'tag' | 'untag' | null
  readonly count: number
  readonly tags: readonly string[]
  readonly onTag: (tag: string, on: boolean) => void
  readonly onClose: () => void
}

export function TagDialog({ asked, count, tags, onTag, onClose }: Props) {
  const on = asked !== 'untag'
  const title = (on ? BULK.tagTitle : BULK.untagTitle)(integer(count))
  return (
    <Dialog label={title} open={asked !== null} onClose={onClose}>
      <div className={styles['dialog']}>
        <h2>{title}</h2>
        {tags.length === 0 ? (
          <p className={layout['muted']}>{BULK.noTags}</p>
        ) : (
          <div className={layout['row']}>
            {tags.map((tag) => (
              <Button key={tag} label={tag} onPress={() => onTag(tag, on)} />
            ))}
          </div>
        )}
        {on ? <NewTag onTag={(tag) => onTag(tag, true)} onClose={onClose} /> : null}
      </div>
    </Dialog>
  )
}

type NewProps = { readonly onTag: (tag: string) => void; readonly onClose: () => void }

function NewTag({ onTag, onClose }: NewProps) {
  const [name, setName] = useState('')
  const tag = name.trim()
  const fits = tag !== '' && tag.length <= 60 && !/[",]/.test(tag)
  return (
    <form
      className={layout['stack']}
      onSubmit={(event) => {
        event.preventDefault()
        if (fits) onTag(tag)
      }}
    >
      <TextField label={BULK.tagName} hint={BULK.tagHint} value={name} onChange={setName} />
      <div className={layout['row']}>
        <Button look="primary" label={BULK.give} disabled={!fits} onPress={() => onTag(tag)} />
        <Button look="quiet" label={BULK.cancel} onPress={onClose} />
      </div>
    </form>
  )
}
