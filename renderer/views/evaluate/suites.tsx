/**
 * The shelf of suites: which are here, under which licence, and fetching those that are not from their homes.
 */
import { Check, CloudDownload, KeyRound, Minus, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import type { SuiteReport, SuiteShelf } from '../../../electron/contract/evaluation.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Mark } from '../../components/marks.tsx'
import { Facts, Panel } from '../../components/panel.tsx'
import { Loaded } from '../../components/states.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { bytes, integer, NOTHING } from '../../format.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import { visible } from '../../text/neutral.ts'
import { COMMON } from '../../strings/common.ts'
import layout from '../layout.module.css'
import styles from './evaluate.module.css'
import { SuiteFolder } from './suite-folder.tsx'

export function Suites() {
  const query = useAsk('evaluations.suites', {})
  return (
    <Loaded query={query} what={EVALUATE.tabs.suites}>
      {(shelf) => <Shelf shelf={shelf} />}
    </Loaded>
  )
}

function Shelf({ shelf: { folder, suites } }: { readonly shelf: SuiteShelf }) {
  const [asked, setAsked] = useState<SuiteReport | null>(null)
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls needs focus
    <div
      className={`${layout['scroll']} ${layout['stack']}`}
      role="region"
      tabIndex={0}
      aria-label={EVALUATE.shelf}
    >
      <SuiteFolder folder={folder} />
      <Panel title={EVALUATE.tabs.suites} note={EVALUATE.suitesNote} flush>
        <div className={layout['scrollx']}>
          <table className={`${layout['plain']} ${layout['middle']}`}>
            <thead>
              <tr>
                {[EVALUATE.suite, EVALUATE.state, EVALUATE.licence, EVALUATE.home].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
                <th scope="col" className="number">
                  {EVALUATE.count}
                </th>
                <td />
              </tr>
            </thead>
            <tbody>
              {suites.map((suite) => (
                <SuiteRow key={suite.id} suite={suite} onFetch={() => setAsked(suite)} />
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
      {asked === null ? null : <FetchDialog suite={asked} onClose={() => setAsked(null)} />}
    </div>
  )
}

type RowProps = { readonly suite: SuiteReport; readonly onFetch: () => void }

function SuiteRow({ suite, onFetch }: RowProps) {
  const { title, id, licence, home, items, state, problem, fetch } = suite
  return (
    <tr>
      <td>
        {title} <small className={layout['muted']}>{id}</small>
      </td>
      <td>
        <StateMark suite={suite} />
        {problem === '' ? null : <small className={styles['sub']}>{visible(problem)}</small>}
      </td>
      <td>{licence}</td>
      <td>{home.replace('https://', '')}</td>
      <td className="number">{items === null ? NOTHING : integer(items)}</td>
      <td>
        {fetch === null || state === 'ready' ? null : (
          <IconButton icon={CloudDownload} label={EVALUATE.fetch(title)} onPress={onFetch} />
        )}
      </td>
    </tr>
  )
}

function StateMark({ suite: { state, known, fetch } }: { readonly suite: SuiteReport }) {
  if (state === 'missing') {
    return <Mark icon={Minus} tone="invalid" label={EVALUATE.suiteStates.missing} />
  }
  if (state === 'answers') {
    return <Mark icon={KeyRound} tone="invalid" label={EVALUATE.suiteStates.answers} />
  }
  if (known === false) {
    return <Mark icon={TriangleAlert} tone="wrong" label={EVALUATE.otherVersion} />
  }
  const note =
    fetch === null ? EVALUATE.shipped : known === null ? EVALUATE.unpublished : EVALUATE.published
  return <Mark icon={Check} tone="right" label={`${EVALUATE.suiteStates.ready}, ${note}`} />
}

type FetchProps = { readonly suite: SuiteReport; readonly onClose: () => void }

function FetchDialog({ suite, onClose }: FetchProps) {
  const { id, title, licence, home, fetch } = suite
  const start = useOrder('evaluations.fetch', ['jobs.list', 'evaluations.suites'])
  const size = fetch?.bytes == null ? EVALUATE.unknownSize : bytes(fetch.bytes)
  const act = () => {
    start.mutate({ suite: id }, { onError: (error) => addNote('warning', error.message) })
    onClose()
  }
  return (
    <Dialog label={EVALUATE.fetch(title)} open onClose={onClose}>
      <div className={styles['dialog']}>
        <h1>{EVALUATE.fetch(title)}</h1>
        <p>{EVALUATE.fetchText(integer(fetch?.files ?? 0), size)}</p>
        <Facts
          facts={[
            [EVALUATE.home, home],
            [EVALUATE.licence, licence],
          ]}
        />
        <div className={styles['foot']}>
          <Button label={COMMON.cancel} onPress={onClose} />
          <Button icon={CloudDownload} look="primary" label={EVALUATE.fetchNow} onPress={act} />
        </div>
      </div>
    </Dialog>
  )
}
