/**
 * Output of engine, sandbox and app in a terminal that only shows: escapes are taken out before they reach it.
 */
import { ChevronDown, ChevronUp, Copy, FolderOpen } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { LOG_LEVELS } from '../../../electron/contract/workbench.ts'
import type { LogLevel, LogLine } from '../../../electron/contract/workbench.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { SearchField, Switch } from '../../components/fields.tsx'
import { Segments, Select } from '../../components/select.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { useScreenCommands } from '../../data/screen-commands.ts'
import { useParam } from '../../state/route.ts'
import { useLogs } from '../../data/logs.ts'
import type { SourceChoice } from '../../data/logs.ts'
import { integer } from '../../format.ts'
import { LOGS } from '../../strings/places.ts'
import { logText } from '../../text/log-text.ts'
import layout from '../layout.module.css'
import { TerminalView } from './terminal-view.tsx'
import type { TerminalHandle } from './terminal-view.tsx'

const SOURCES = (['all', 'engine', 'sandbox', 'app'] as const).map((id) => ({
  id,
  label: LOGS.sources[id],
}))
const LEVELS = LOG_LEVELS.map((id) => ({ id, label: LOGS.levels[id] }))

export function LogsView() {
  const [source, setSource] = useState<SourceChoice>('all')
  const [level, setLevel] = useState<LogLevel>('info')
  const [search, setSearch] = useState('')
  const terminal = useRef<TerminalHandle | null>(null)
  const run = useParam('run')
  const [own, setOwn] = useState(false)
  const lines = useLogs(source, own ? run : null).filter(
    (line) => LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf(level),
  )
  const info = useAsk('app.info', {})
  const reveal = useOrder('logs.reveal')
  const showFolder = () =>
    reveal.mutate({}, { onError: (error) => addNote('warning', error.message) })
  const copy = () => void navigator.clipboard.writeText(lines.map(plain).join('\n'))
  useScreenCommands([{ id: 'copy', label: LOGS.copy, can: lines.length > 0, act: copy }])
  const find = (next: string, back: boolean) => terminal.current?.find(next, back)
  const missed = useJump(lines, (text) => find(text, false))
  return (
    <div className={layout['page']}>
      <div className={layout['bar']}>
        <h1>{LOGS.title}</h1>
        <Segments label={LOGS.source} choices={SOURCES} value={source} onChange={setSource} />
        <div className={layout['narrow']}>
          <Select bare label={LOGS.level} choices={LEVELS} value={level} onChange={setLevel} />
        </div>
        {run === null ? null : <Switch label={LOGS.ownRun} value={own} onChange={setOwn} />}
        <SearchField
          label={LOGS.search}
          value={search}
          onChange={(next) => {
            setSearch(next)
            find(next, false)
          }}
        />
        <IconButton icon={ChevronUp} label={LOGS.previous} onPress={() => find(search, true)} />
        <IconButton icon={ChevronDown} label={LOGS.next} onPress={() => find(search, false)} />
        <span className={layout['grow']} />
        <p>{LOGS.lines(integer(lines.length))}</p>
        {info.data?.mode === 'desktop' ? (
          <Button icon={FolderOpen} label={LOGS.folder} onPress={showFolder} />
        ) : null}
        <Button icon={Copy} label={LOGS.copy} onPress={copy} />
      </div>
      {missed ? <p className={layout['bar']}>{LOGS.tooOld}</p> : null}
      {lines.length === 0 ? (
        <p className={layout['muted']} style={{ padding: 16 }}>
          {LOGS.none}
        </p>
      ) : null}
      {/* Another filter starts over: lines that were written cannot be taken back. */}
      <TerminalView key={`${source} ${level} ${own}`} lines={lines} handle={terminal} />
    </div>
  )
}

function plain(line: Parameters<typeof logText>[0]): string {
  return logText(line, false)
}

/** A moment in the address is shown once its lines are there. Returns whether it is older than all that is kept. */
function useJump(lines: readonly LogLine[], find: (text: string) => void): boolean {
  const at = Number(useParam('at') ?? Number.NaN)
  const done = useRef(Number.NaN)
  const line = lines.find(({ atMs }) => atMs >= at)
  useEffect(() => {
    if (line === undefined || done.current === at) return
    done.current = at
    find(plain(line).slice(0, TIME_CHARS))
  })
  return line !== undefined && line === lines[0] && line.atMs > at + LATE_MS
}

const TIME_CHARS = 12
/** Between a step and the first line after it. */
const LATE_MS = 60_000
