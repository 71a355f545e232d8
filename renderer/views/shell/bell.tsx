/**
 * Notices of all runs, newest first, behind a bell that counts what has not been looked at.
 */
import { Bell as Icon } from 'lucide-react'
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import controls from '../../components/controls.module.css'
import { readNotices, useLive } from '../../data/live.ts'
import { integer, when } from '../../format.ts'
import { useRoute } from '../../state/route.ts'
import { SHELL } from '../../strings/shell.ts'
import { visible } from '../../text/neutral.ts'
import styles from './shell.module.css'

export function Bell() {
  const unread = useLive((state) => state.unread)
  const label = unread === 0 ? SHELL.bell : SHELL.unread(integer(unread))
  return (
    <DialogTrigger
      onOpenChange={(open) => {
        if (open) readNotices()
      }}
    >
      <Button className={`${controls['button']} ${controls['quiet']}`} aria-label={label}>
        <Icon size={16} aria-hidden />
        {unread === 0 ? null : <span className={styles['unread']}>{integer(unread)}</span>}
      </Button>
      <Popover className={controls['popover'] ?? ''} placement="bottom end">
        <Dialog className={styles['bell'] ?? ''} aria-label={SHELL.bell}>
          <NoticeList />
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

function NoticeList() {
  const notices = useLive((state) => state.notices)
  const go = useRoute((state) => state.go)
  if (notices.length === 0) return <p className={styles['group']}>{SHELL.noNotices}</p>
  return (
    <ul>
      {notices.toReversed().map(({ seq, atMs, kind, run, text }) => (
        <li key={seq}>
          <strong>{SHELL.notices[kind]}</strong> <span>{when(atMs)}</span>
          <p>{visible(text)}</p>
          {run === null ? null : (
            <button type="button" onClick={() => go('live', { run })}>
              {run}
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}
