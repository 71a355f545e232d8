/**
 * Seed programs without comments, docstrings and loose top-level statements.
 * Works on logical lines, not on a syntax tree: what it leaves is checked like any other program afterwards.
 * Source: azr.md 1.2 (step 4) and 11.5.
 */

type LogicalLine = {
  /** As written, comments removed, with its line ends inside. */
  readonly text: string
  readonly bareString: boolean
}

const STRING =
  /[rbuf]{0,2}(?:"""(?:\\[^]|[^\\])*?"""|'''(?:\\[^]|[^\\])*?'''|"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*')/iy
const COMMENT = /[ \t]*#[^\n]*/y
const KEPT = /^(?:import|from|def|class|async\s+def)\b|^@/

export function strippedSource(source: string): string {
  const lines = logicalLines(source).filter((line) => !line.bareString && line.text.trim() !== '')
  let keeping = false
  const kept = lines.filter(({ text }) => {
    if (!/^\s/.test(text)) keeping = KEPT.test(text)
    return keeping
  })
  return kept.map(({ text }) => text.trimEnd()).join('\n')
}

/** The source without comments and without what strings hold. */
export function codeOnly(source: string): string {
  const texts = new RegExp(`${STRING.source}|#[^\\n]*`, 'gi')
  return source.replace(texts, (text) => (text.startsWith('#') ? '' : "''"))
}

function logicalLines(source: string): LogicalLine[] {
  const lines: LogicalLine[] = []
  let text = ''
  let strings = ''
  let depth = 0
  const end = () => {
    lines.push({ text, bareString: strings !== '' && text.trim() === strings })
    text = ''
    strings = ''
  }
  let at = 0
  while (at < source.length) {
    const comment = matchAt(COMMENT, source, at)
    const literal = comment === '' ? matchAt(STRING, source, at) : ''
    const piece = source.slice(at, at + 1)
    at += (comment + literal).length || 1
    if (comment !== '') continue
    if (literal !== '') {
      text += literal
      strings += literal
      continue
    }
    depth = Math.max(0, depth + depthChange(piece))
    if (piece === '\n' && depth === 0 && !text.endsWith('\\')) end()
    else text += piece
  }
  end()
  return lines
}

function depthChange(character: string): number {
  return '([{'.includes(character) ? 1 : ')]}'.includes(character) ? -1 : 0
}

// A literal starts a token: the f of `self"..."` is no prefix, but such text is no Python either.
function matchAt(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0] ?? ''
}
