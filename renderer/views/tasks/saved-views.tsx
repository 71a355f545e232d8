/**
 * Filters kept under a name.
 */
import { Bookmark, X } from 'lucide-react'
import { useState } from 'react'
import { Button as BaseButton, DialogTrigger, Popover } from 'react-aria-components'
import { Button, IconButton } from '../../components/button.tsx'
import controls from '../../components/controls.module.css'
import { TextField } from '../../components/fields.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { formatRoute, parseRoute, useRoute } from '../../state/route.ts'
import { TASKS } from '../../strings/tasks.ts'
import { viewParams } from '../../text/task-query.ts'
import layout from '../layout.module.css'

export function SavedViews() {
  return (
    <DialogTrigger>
      <BaseButton className={controls['button'] ?? ''}>
        <Bookmark size={14} aria-hidden />
        {TASKS.savedViews}
      </BaseButton>
      <Popover className={controls['popover'] ?? ''}>
        <div className={layout['stack']} style={{ padding: 12 }}>
          <ViewList />
          <SaveView />
        </div>
      </Popover>
    </DialogTrigger>
  )
}

function ViewList() {
  const views = useAsk('views.list', {})
  const remove = useOrder('views.remove', ['views.list'])
  const change = useRoute((state) => state.change)
  const own = (views.data ?? []).filter(({ table }) => table === 'tasks')
  if (own.length === 0) return <p className={layout['muted']}>{TASKS.noViews}</p>
  return own.map(({ name, query }) => (
    <div key={name} className={layout['row']}>
      <button
        type="button"
        className={layout['anchor']}
        onClick={() => change(viewParams(parseRoute(query).params))}
      >
        {name}
      </button>
      <IconButton
        icon={X}
        label={TASKS.removeView(name)}
        onPress={() => remove.mutate({ table: 'tasks', name })}
      />
    </div>
  ))
}

/** Everything of the address but the run: a view fits every run. */
function SaveView() {
  const [name, setName] = useState('')
  const save = useOrder('views.save', ['views.list'])
  const params = useRoute((state) => state.route.params)
  const act = () => {
    const query = formatRoute({ view: 'tasks', params: viewParams(params) })
    save.mutate(
      { name, table: 'tasks', query },
      {
        onSuccess: () => setName(''),
        onError: (error) => addNote('warning', error.message),
      },
    )
  }
  return (
    <div className={layout['row']}>
      <TextField bare label={TASKS.viewName} value={name} onChange={setName} />
      <Button label={TASKS.save} disabled={name.trim() === ''} onPress={act} />
    </div>
  )
}
