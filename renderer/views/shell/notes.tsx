/**
 * Notices at the lower right, read out politely, until they are dismissed.
 */
import { Info, TriangleAlert, X } from 'lucide-react'
import { IconButton } from '../../components/button.tsx'
import { dropNote, useLive } from '../../data/live.ts'
import { SHELL } from '../../strings/shell.ts'
import { visible } from '../../text/neutral.ts'
import styles from './shell.module.css'

export function Notes() {
  const notes = useLive((state) => state.notes)
  return (
    <section className={styles['notes']} aria-label={SHELL.notes}>
      <div className={styles['list']} role="log" aria-label={SHELL.notes}>
        {notes.map(({ id, tone, text }) => (
          <div key={id} className={styles['note']}>
            {tone === 'warning' ? (
              <TriangleAlert size={16} aria-hidden color="var(--wrong)" />
            ) : (
              <Info size={16} aria-hidden color="var(--accent)" />
            )}
            <p>{visible(text)}</p>
            <IconButton icon={X} label={SHELL.dismiss} onPress={() => dropNote(id)} />
          </div>
        ))}
      </div>
    </section>
  )
}
