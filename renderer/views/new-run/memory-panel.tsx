/**
 * What a run will take of memory, part by part, beside what it may take; settings that make it fit, to be taken over.
 */
import { Check } from 'lucide-react'
import type { MemoryReport } from '../../../electron/contract/memory.ts'
import { Button } from '../../components/button.tsx'
import { Panel } from '../../components/panel.tsx'
import { memory as gib } from '../../format.ts'
import { NEW_RUN } from '../../strings/runs.ts'
import { type Grouped, memoryGroups } from '../../text/memory-parts.ts'
import { settingText } from '../../text/settings-diff.ts'
import styles from './new-run.module.css'

type Props = {
  readonly memory: MemoryReport
  readonly onPropose: (settings: NonNullable<MemoryReport['proposal']>) => void
}

export function MemoryPanel({ memory, onPropose }: Props) {
  const { total, place, fits, proposal } = memory
  const groups = memoryGroups(memory)
  const turns = groups.some(({ parts }) => parts.some(({ counted }) => !counted))
  return (
    <Panel title={NEW_RUN.memory} note={sizes(memory)}>
      <Shares groups={groups} memory={memory} />
      <p className={`${styles['range']} ${styles['place']}`}>
        {NEW_RUN.places[place]} {turns ? NEW_RUN.takeTurns : NEW_RUN.atOnce}
      </p>
      <table className={styles['parts']}>
        {groups.map((group) => (
          <Rows key={group.group} {...group} />
        ))}
        <tfoot>
          <tr>
            <th scope="row">{NEW_RUN.memoryTotal}</th>
            <td>{gib(total)}</td>
          </tr>
        </tfoot>
      </table>
      {fits || proposal === null ? null : (
        <div className={styles['proposal']}>
          <p>{NEW_RUN.fitsWith}</p>
          <ul>
            {Object.entries(proposal).map(([key, value]) => (
              <li key={key}>
                <code>
                  {key} {settingText(value)}
                </code>
              </li>
            ))}
          </ul>
          <Button icon={Check} label={NEW_RUN.takeOver} onPress={() => onPropose(proposal)} />
        </div>
      )}
    </Panel>
  )
}

function sizes({ total, limit, fits }: MemoryReport): string {
  const text = NEW_RUN.memoryOf(gib(total), gib(limit))
  return fits ? text : NEW_RUN.tooMuch(text)
}

/** The parts side by side, as shares of what may be taken, or of what is wanted where that is more. */
function Shares({ groups, memory }: { groups: readonly Grouped[]; memory: MemoryReport }) {
  const { total, limit, fits } = memory
  const whole = Math.max(total, limit)
  const parts = groups.flatMap((group) => group.parts).filter(({ counted }) => counted)
  return (
    <div className={styles['shares']} role="img" aria-label={sizes(memory)}>
      {parts.map(({ name, bytes: size }) => (
        <span key={name} className={styles[name]} style={{ width: `${(size / whole) * 100}%` }} />
      ))}
      {fits ? null : (
        <i className={styles['limit']} style={{ insetInlineStart: `${(limit / whole) * 100}%` }} />
      )}
    </div>
  )
}

function Rows({ group, parts }: Grouped) {
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={2}>
          {NEW_RUN.memoryGroups[group]}
        </th>
      </tr>
      {parts.map(({ name, bytes: size, counted }) => (
        <tr key={name} className={counted ? undefined : styles['uncounted']}>
          <th scope="row">
            <span className={`${styles['swatch']} ${styles[name]}`} />
            {NEW_RUN.memoryParts[name]}
          </th>
          <td>{gib(size)}</td>
        </tr>
      ))}
    </tbody>
  )
}
