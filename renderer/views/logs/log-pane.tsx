/**
 * Output of engine, sandbox and app in a terminal that only shows: escapes are taken out before they reach it.
 * Not here: where it stands, as a screen (logs-view.tsx) or below every other (output/).
 */
import { ChevronDown, ChevronUp, Copy, FolderOpen } from 'lucide-react'
import type { ReactNode } from 'react'
import { useEffect, useRef, useState } from 'react'
import { LOG_LEVELS } from '../../../electron/contract/workbench.ts'
import type { LogLine } from '../../../electron/contract/workbench.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { SearchField, Switch } from '../../components/fields.tsx'
import { Segments, Select } from '../../components/select.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { useLogs } from '../../data/logs.ts'
import { useScreenCommands } from '../../data/screen-commands.ts'
import { useChangeSetting, useSetting } from '../../data/settings.ts'
import { integer } from '../../format.ts'
import { useParam } from '../../state/route.ts'
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

type Props = {
  readonly heading: ReactNode
  /** A moment that is looked for once its lines are there. */
  readonly atMs: number | null
  /** After the other tools; absent: the pane is the screen. */
  readonly end?: ReactNode
}

export function LogPane({ heading, atMs, end }: Props) {
  const [search, setSearch] = useState('')
  const [own, setOwn] = useState(false)
  const terminal = useRef<TerminalHandle | null>(null)
  const run = useParam('run')
  const [source, level] = [useSetting('outputSource'), useSetting('outputLevel')]
  const change = useChangeSetting()
  const lines = useLogs(source, own ? run : null).filter(
    (line) => LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf(level),
  )
  const find = (next: string, back: boolean) => terminal.current?.find(next, back)
  const missed = useJump(lines, atMs, (text) => find(text, false))
  return (
    <>
      <div className={layout['bar']}>
        {heading}
        <Segments
          label={LOGS.source}
          choices={SOURCES}
          value={source}
          onChange={(next) => change({ outputSource: next })}
        />
        <div className={layout['narrow']}>
          <Select
            bare
            label={LOGS.level}
            choices={LEVELS}
            value={level}
            onChange={(next) => change({ outputLevel: next })}
          />
        </div>
        {run === null ? null : <Switch label={LOGS.ownRun} value={own} onChange={setOwn} />}
        <Finder search={search} onSearch={setSearch} find={find} />
        <span className={layout['grow']} />
        <p>{LOGS.lines(integer(lines.length))}</p>
        <Taking lines={lines} />
        {end ?? <CopyCommand lines={lines} />}
      </div>
      {missed ? <p className={layout['bar']}>{LOGS.tooOld}</p> : null}
      {lines.length === 0 ? <p className={layout['note']}>{LOGS.none}</p> : null}
      {/* Another filter starts over: lines that were written cannot be taken back. */}
      <TerminalView key={`${source} ${level} ${own}`} lines={lines} handle={terminal} />
    </>
  )
}

type FinderProps = {
  readonly search: string
  readonly onSearch: (search: string) => void
  readonly find: (text: string, back: boolean) => void
}

function Finder({ search, onSearch, find }: FinderProps) {
  return (
    <>
      <SearchField
        label={LOGS.search}
        value={search}
        onChange={(next) => {
          onSearch(next)
          find(next, false)
        }}
      />
      <IconButton icon={ChevronUp} label={LOGS.previous} onPress={() => find(search, true)} />
      <IconButton icon={ChevronDown} label={LOGS.next} onPress={() => find(search, false)} />
    </>
  )
}

function Taking({ lines }: { readonly lines: readonly LogLine[] }) {
  const info = useAsk('app.info', {})
  const reveal = useOrder('logs.reveal')
  const onError = (error: Error) => addNote('warning', error.message)
  return (
    <>
      {info.data?.mode === 'desktop' ? (
        <Button
          icon={FolderOpen}
          label={LOGS.folder}
          onPress={() => reveal.mutate({}, { onError })}
        />
      ) : null}
      <Button icon={Copy} label={LOGS.copy} onPress={() => copyLines(lines)} />
    </>
  )
}

/** In the palette, for as long as it is shown. */
function CopyCommand({ lines }: { readonly lines: readonly LogLine[] }) {
  const act = () => copyLines(lines)
  useScreenCommands([{ id: 'copy', label: LOGS.copy, can: lines.length > 0, act }])
  return null
}

function copyLines(lines: readonly LogLine[]): void {
  void navigator.clipboard.writeText(lines.map(plain).join('\n'))
}

function plain(line: LogLine): string {
  return logText(line, false)
}

/** Returns whether the moment is older than all that is kept. */
function useJump(
  lines: readonly LogLine[],
  at: number | null,
  find: (text: string) => void,
): boolean {
  const done = useRef<number | null>(null)
  const line = at === null ? undefined : lines.find(({ atMs }) => atMs >= at)
  useEffect(() => {
    if (line === undefined || done.current === at) return
    done.current = at
    find(plain(line).slice(0, TIME_CHARS))
  })
  return at !== null && line !== undefined && line === lines[0] && line.atMs > at + LATE_MS
}

const TIME_CHARS = 12
/** Between a step and the first line after it. */
const LATE_MS = 60_000
