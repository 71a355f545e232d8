/**
 * Takes out of texts what tells who or where, before they leave the machine. What was taken out is counted, so that a
 * report can say so. Pure; in the order of the table, each in linear time.
 */

export type Redaction = { readonly text: string; readonly counts: Readonly<Record<string, number>> }

const PATTERNS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['link', /\b(?:https?|ftp|file):\/\/[^\s<>"'`]{1,2000}/gi],
  ['e-mail', /\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g],
  ['path', /(?:\/(?:home|Users|root|mnt|media|work|tmp)\/|\b[A-Z]:\\)[^\s:"'`<>|]{1,500}/g],
  ['address', /\b\d{1,3}(?:\.\d{1,3}){3}\b/g],
  ['key', /\b(?:sk|ghp|gho|hf|xox[bp]|AKIA)[-_A-Za-z0-9]{16,200}/g],
]

/** words: what else must not leave, compared without regard to case. */
export function redact(text: string, words: readonly string[] = []): Redaction {
  const counts: Record<string, number> = {}
  let clean = text
  const take = (what: string, pattern: RegExp): void => {
    clean = clean.replace(pattern, () => {
      counts[what] = (counts[what] ?? 0) + 1
      return `[${what} redacted]`
    })
  }
  for (const word of words) {
    if (word !== '') take('word', new RegExp(escaped(word), 'giu'))
  }
  for (const [what, pattern] of PATTERNS) take(what, pattern)
  return { text: clean, counts }
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
