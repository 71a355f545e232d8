/**
 * The query as one line of text: says where it is wrong, and what could come next. A query that is whole is applied
 * a moment after the last key, or by Enter.
 */
import { Search } from 'lucide-react'
import type { KeyboardEvent, RefObject } from 'react'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { parseQuery } from '../../../electron/contract/query.ts'
import type { Problem } from '../../../electron/contract/query.ts'
import { classes } from '../../components/classes.ts'
import { FILTER } from '../../strings/task-filter.ts'
import { suggestionsAt } from '../../text/query-suggest.ts'
import type { KnownValues, Suggestion } from '../../text/query-suggest.ts'
import styles from './tasks.module.css'

type Props = {
  /** As it is applied. */
  readonly text: string
  readonly known: KnownValues
  readonly onChange: (text: string) => void
}

const PAUSE_MS = 500

export function QueryBar(props: Props) {
  const id = useId()
  const field = useQueryField(props)
  const { draft, problem, suggestions, open, active } = field
  return (
    <div className={styles['query']} role="search">
      <Search size={14} aria-hidden />
      <input
        ref={field.input}
        className={classes(styles['line'], problem !== undefined && styles['wrong'])}
        role="combobox"
        aria-label={FILTER.query}
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-describedby={`${id}-problem`}
        aria-invalid={problem !== undefined}
        {...(open && active >= 0 ? { 'aria-activedescendant': `${id}-${active}` } : {})}
        placeholder={FILTER.placeholder}
        spellCheck={false}
        autoComplete="off"
        data-search
        value={draft}
        onChange={(event) => field.type(event.target.value, event.target.selectionStart)}
        onSelect={(event) => field.look(event.currentTarget.selectionStart)}
        onFocus={() => field.setFocused(true)}
        onBlur={() => field.setFocused(false)}
        onKeyDown={field.onKey}
      />
      <ul
        id={`${id}-list`}
        className={styles['suggestions']}
        role="listbox"
        aria-label={FILTER.suggestions}
        hidden={!open}
      >
        {suggestions.map((suggestion, at) => (
          <SuggestionRow
            key={suggestion.text}
            id={`${id}-${at}`}
            suggestion={suggestion}
            active={at === active}
            onTake={() => field.take(suggestion)}
          />
        ))}
      </ul>
      <p id={`${id}-problem`} className={styles['problem']} role="status">
        {problem === undefined ? null : <ProblemText draft={draft} problem={problem} />}
      </p>
    </div>
  )
}

function useQueryField({ text, known, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null)
  const [draft, setDraft] = useDraft(text)
  const place = usePlacing(input)
  const [cursor, setCursor] = useState<number | null>(null)
  const [focused, setFocused] = useState(false)
  const [active, setActive] = useState(-1)
  const [shut, setShut] = useState(true)
  const suggestions = focused && !shut ? suggestionsAt(draft, cursor ?? draft.length, known) : []
  const open = suggestions.length > 0
  const { problems } = parseQuery(draft)
  const apply = (next: string) => {
    if (parseQuery(next).problems.length === 0) onChange(next.trim())
  }
  useLater(draft, () => {
    if (draft.trim() !== text) apply(draft)
  })
  const type = (next: string, at: number | null) => {
    setDraft(next)
    setCursor(at)
    // A blank ends a piece: nothing is offered until the next begins.
    setShut(next !== '' && /\s$/.test(next.slice(0, at ?? next.length)))
    setActive(-1)
  }
  const take = (suggestion: Suggestion) => {
    const taken = taking(draft, suggestion)
    type(taken.text, taken.cursor)
    setShut(!suggestion.goesOn)
    if (!suggestion.goesOn) apply(taken.text)
    place(taken.cursor)
  }
  const onKey = (event: KeyboardEvent) => {
    const chosen = open ? suggestions[active] : undefined
    const first = open && event.key === 'Tab' && !event.shiftKey ? suggestions[0] : undefined
    const keys: Readonly<Record<string, () => void>> = {
      ArrowDown: () => (open ? setActive((active + 1) % suggestions.length) : setShut(false)),
      ArrowUp: () => setActive(active <= 0 ? suggestions.length - 1 : active - 1),
      Enter: () => (chosen === undefined ? (setShut(true), apply(draft)) : take(chosen)),
      Escape: () => (open ? setShut(true) : input.current?.blur()),
      ...(first === undefined ? {} : { Tab: () => take(chosen ?? first) }),
    }
    const act = keys[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  }
  // While a word is still being typed its end is not known.
  const problem = problems.find(({ to }) => !open || to < (cursor ?? draft.length))
  const look = (at: number | null) => setCursor(at)
  return { input, draft, problem, suggestions, open, active, type, take, look, setFocused, onKey }
}

function taking(draft: string, { text, from, to, goesOn }: Suggestion) {
  const blank = goesOn ? '' : ' '
  return {
    text: `${draft.slice(0, from)}${text}${blank}${draft.slice(to).trimStart()}`,
    cursor: from + text.length + blank.length,
  }
}

/**
 * What is typed, until another text is applied from elsewhere. Taken over while drawing: an effect would come after
 * the next key, and undo it. What is typed keeps its blanks.
 */
function useDraft(text: string): [string, (next: string) => void] {
  const [draft, setDraft] = useState(text)
  const [applied, setApplied] = useState(text)
  if (applied !== text) {
    setApplied(text)
    if (draft.trim() !== text) setDraft(text)
  }
  return [draft, setDraft]
}

/** Puts the cursor into the text that is about to be drawn, before another key can come. */
function usePlacing(input: RefObject<HTMLInputElement | null>): (at: number) => void {
  const [placed, setPlaced] = useState<{ readonly at: number } | null>(null)
  useLayoutEffect(() => {
    if (placed === null) return
    input.current?.focus()
    input.current?.setSelectionRange(placed.at, placed.at)
  }, [input, placed])
  return (at) => setPlaced({ at })
}

function useLater(draft: string, act: () => void): void {
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    const timer = setTimeout(() => latest.current(), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [draft])
}

type RowProps = {
  readonly id: string
  readonly suggestion: Suggestion
  readonly active: boolean
  readonly onTake: () => void
}

function SuggestionRow({ id, suggestion, active, onTake }: RowProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field has the keys of its list
    <li
      id={id}
      role="option"
      aria-selected={active}
      // The field keeps the focus.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onTake}
    >
      <code>{suggestion.text}</code>
      <span>{suggestion.help}</span>
    </li>
  )
}

function ProblemText({ draft, problem }: { readonly draft: string; readonly problem: Problem }) {
  const { from, to, message } = problem
  return (
    <>
      <code>
        {draft.slice(Math.max(0, from - 24), from)}
        <mark>{draft.slice(from, to)}</mark>
      </code>
      {FILTER.wrongAt(from + 1)}
      {message}
    </>
  )
}
