/**
 * The text of a final answer to a tree. Not here: the grammar (grammar.ts), commands (commands.ts).
 */
import { readCommand } from './commands.ts'
import type { Cursor } from './grammar.ts'
import { Unreadable, readAnswer } from './grammar.ts'
import type { MathNode } from './node.ts'
import { cleaned, tokensOf } from './tokens.ts'

/** Trees are walked by recursion. */
const MAX_TOKENS = 1_500

/**
 * The answer as a tree, or null when it is no mathematics that we read.
 * asList: commas always separate, so that 58,500 is two numbers.
 */
export function readMath(text: string, asList = false): MathNode | null {
  const clean = cleaned(text)
  const joined = asList ? clean : withoutThousands(clean)
  const tokens = tokensOf(joined)
  const cursor: Cursor = { tokens, at: 0, depth: 0, command: readCommand }
  if (tokens.length === 0 || tokens.length > MAX_TOKENS) return null
  try {
    const node = readAnswer(cursor)
    return cursor.at === cursor.tokens.length ? node : null
  } catch (thrown) {
    if (thrown instanceof Unreadable) return null
    throw thrown
  }
}

/** 58,500 alone is one number; inside tuples and longer lists commas separate. */
function withoutThousands(text: string): string {
  return text.replace(
    /^([-+]?\s*(?:\\dollar\s*)?)(\d{1,3}(?:,\d{3})+)(?![\d,])(?=[^,]*$)/,
    (_, sign, digits) => `${sign}${String(digits).replaceAll(',', '')}`,
  )
}
