/**
 * All commands of this moment: screens, the selected run, looks, help; with the user's keys.
 */
import { useMemo, useRef } from 'react'
import { goCommands, lookCommands, useScreen, withKeys } from '../state/commands.ts'
import { useRoute } from '../state/route.ts'
import type { Command } from '../state/commands.ts'
import { SHELL } from '../strings/shell.ts'
import { useAsk, useOrder } from './ask.ts'
import { addNote } from './live.ts'
import { useRun } from './run.ts'
import { useAllowed } from './run-orders.ts'
import { useChangeSetting, useSetting } from './settings.ts'

type Floating = { readonly palette: () => void; readonly sheet: () => void }

export function useCommands(floating: Floating): readonly Command[] {
  const settings = useAsk('settings.get', {})
  const shortcuts = settings.data?.settings.shortcuts
  const own = useRunCommands()
  const opening = useOpenCommands()
  const output = useOutputCommands()
  const here = useScreen((state) => state.commands)
  return useMemo(() => {
    const all = [...here, ...own, ...goCommands(), ...lookCommands(), ...output, ...help(floating)]
    return withKeys([...all, ...opening], shortcuts ?? {})
    // The two openers do not change what they do.
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- see above
  }, [here, own, opening, output, shortcuts])
}

function help({ palette, sheet }: Floating): readonly Command[] {
  const group = SHELL.groups.help
  return [
    { id: 'help.palette', label: SHELL.palette, group, keys: '$mod+k', act: palette },
    { id: 'help.shortcuts', label: SHELL.shortcuts, group, keys: 'Shift+?', act: sheet },
  ]
}

function useOutputCommands(): readonly Command[] {
  const open = useSetting('outputOpen')
  const change = useChangeSetting()
  const latest = useRef(change)
  latest.current = change
  return useMemo(() => {
    const act = () => latest.current({ outputOpen: !open })
    return [
      { id: 'look.output', label: SHELL.showOutput, group: SHELL.groups.look, keys: '$mod+j', act },
    ]
  }, [open])
}

const MAX_OPEN = 20

/** The latest runs by name. */
function useOpenCommands(): readonly Command[] {
  const list = useAsk('runs.list', {})
  const ids = (list.data?.rows ?? []).slice(0, MAX_OPEN).map(({ run }) => run.id)
  const key = ids.join(' ')
  return useMemo(
    () =>
      key.split(' ').flatMap((id) => {
        const act = () => useRoute.getState().go('live', { run: id })
        const own = { id: `open.${id}`, label: id, group: SHELL.groups.open, keys: '', act }
        return id === '' ? [] : [own]
      }),
    [key],
  )
}

function useRunCommands(): readonly Command[] {
  const { run, query, live } = useRun()
  const { mutate: pause } = useOrder('runs.pause', ['runs.list', 'runs.show'])
  const { mutate: resume } = useOrder('runs.resume', ['runs.list', 'runs.show'])
  const { mutate: stop } = useOrder('runs.stop', ['runs.list', 'runs.show'])
  const row = query.data?.run
  const { canPause, canResume, canStop } = useAllowed(row, live)
  return useMemo(() => {
    if (run === null || row === undefined) return []
    const group = SHELL.groups.run
    const onError = (error: Error) => addNote('warning', error.message)
    const orders = [
      {
        id: 'run.pause',
        label: SHELL.pause,
        can: canPause,
        act: () => pause({ run }, { onError }),
      },
      {
        id: 'run.resume',
        label: SHELL.resume,
        can: canResume,
        act: () => resume({ run }, { onError }),
      },
      {
        id: 'run.stop',
        label: SHELL.stop,
        can: canStop,
        act: () => stop({ run }, { onError }),
      },
    ]
    return orders
      .filter((order) => order.can)
      .map(({ id, label, act }) => ({ id, label: `${label} ${run}`, group, keys: '', act }))
  }, [run, row, canPause, canResume, canStop, pause, resume, stop])
}
