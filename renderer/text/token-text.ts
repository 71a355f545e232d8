/**
 * The characters of one token of a trace, with what would be invisible made visible.
 */
import type { EpisodeTrace } from '../../electron/contract/workbench.ts'
import { visible } from './neutral.ts'

/** null where the text is not aligned with the tokens. */
export function tokenText(
  { ends, response }: Pick<EpisodeTrace, 'ends' | 'response'>,
  token: number,
): string | null {
  if (ends === null) return null
  const from = token === 0 ? 0 : (ends[token - 1] ?? 0)
  return visible(response.slice(from, ends[token] ?? from)).replaceAll('\n', '↵')
}
