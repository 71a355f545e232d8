/**
 * The tasks that the proposer was shown.
 */
import type { TaskDetail } from '../../../electron/contract/workbench.ts'
import { TextBlock } from '../../components/snippet.tsx'
import { useRoute } from '../../state/route.ts'
import { TASK } from '../../strings/tasks.ts'
import layout from '../layout.module.css'

export function References({ references }: Pick<TaskDetail, 'references'>) {
  const go = useRoute((state) => state.go)
  if (references.length === 0) return <p className={layout['muted']}>{TASK.noReferences}</p>
  return (
    <div className={layout['stack']} style={{ paddingTop: 12 }}>
      {references.map(({ id, program }) => (
        <div key={id}>
          <button
            type="button"
            className={`${layout['anchor']} mono`}
            onClick={() => go('task', { id })}
          >
            {id}
          </button>
          <TextBlock python text={program} label={id} />
        </div>
      ))}
    </div>
  )
}
