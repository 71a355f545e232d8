/**
 * Who rates: profiles that have rated here. New ones are made under Agreement.
 */
import { Select } from '../../components/select.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { useSetting } from '../../data/settings.ts'
import { REVIEW } from '../../strings/review.ts'
import { visible } from '../../text/neutral.ts'
import styles from './review.module.css'

/** What others said must not be cached under the new name. */
const SPOILED = ['settings.get', 'review.raters', 'review.item'] as const

export function useRater() {
  const rater = useSetting('rater')
  const { mutate } = useOrder('settings.set', SPOILED)
  const choose = (name: string): void =>
    mutate({ values: { rater: name } }, { onError: (error) => addNote('warning', error.message) })
  return { rater, choose }
}

export function RaterSelect() {
  const { rater, choose } = useRater()
  const raters = useAsk('review.raters', {})
  const names = new Set([rater, ...(raters.data ?? []).map(({ name }) => name)])
  return (
    <div className={styles['rater']}>
      <Select
        bare
        label={REVIEW.rater}
        choices={[...names].map((name) => ({ id: name, label: visible(name) }))}
        value={rater}
        onChange={choose}
      />
    </div>
  )
}
