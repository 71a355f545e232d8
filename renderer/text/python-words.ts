/**
 * A Python line cut into coloured words, for snippets in lists. Not a parser: it never fails and loses no character.
 * Not here: whole programs, which the editor shows (components/code-view.tsx).
 */

export type WordTone = 'keyword' | 'number' | 'text' | 'comment' | 'name' | 'plain'
export type Word = { readonly tone: WordTone; readonly text: string }

const KEYWORDS = new Set(
  'and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield True False None'.split(
    ' ',
  ),
)

const WORD =
  /(?<comment>#.*)|(?<text>(?:[rbfuRBFU]{0,2})(?:"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?))|(?<number>\d[\w.]*)|(?<name>[A-Za-z_]\w*)|(?<plain>[^#"'\w]+|.)/gs

export function pythonWords(line: string): readonly Word[] {
  return Array.from(line.matchAll(WORD), ({ 0: text, groups = {} }) => {
    const tone = TONES.find((name) => groups[name] !== undefined) ?? 'plain'
    return { tone: tone === 'name' && KEYWORDS.has(text) ? 'keyword' : tone, text }
  })
}

const TONES = ['comment', 'text', 'number', 'name', 'plain'] as const
