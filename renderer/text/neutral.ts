/**
 * Text from models, programs and logs made harmless for places that obey characters: the log view and plain text.
 * Not here: the page itself, where everything is a text node already.
 */

/* oxlint-disable no-control-regex -- control characters are what this file is about */

/**
 * Whole control sequences (CSI), then whatever else begins with an escape: its first characters only, since what
 * follows may be text that somebody wants hidden.
 */
const SEQUENCE =
  /(?:\u001B\[|\u009B)[0-?]{0,64}[ -/]{0,8}[@-~]|[\u001B\u009B\u0090\u009D\u009E\u009F\u0098][^\n]?/g
const CONTROL = /[\u0000-\u0008\u000B-\u001A\u001C-\u001F\u007F-\u009F]/g
/** Marks that turn text around or hide it. */
const INVISIBLE = /[\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/g

const COLOUR = /^\u001B\[[0-9;:]*m$/

/** For a terminal: keeps colours when they come from our own log, else every escape goes. */
export function forTerminal(text: string, colours: boolean): string {
  return text
    .replace(SEQUENCE, (found) => (colours && COLOUR.test(found) ? found : ''))
    .replace(CONTROL, '\uFFFD')
    .replace(INVISIBLE, '\uFFFD')
}

/** Makes characters visible that would hide or reorder what a reader sees; tabs and line ends stay. */
export function visible(text: string): string {
  return text
    .replace(CONTROL, (character) => codePoint(character))
    .replaceAll('\u001B', (character) => codePoint(character))
    .replace(INVISIBLE, (character) => codePoint(character))
}

function codePoint(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase()
  return `\u2039U+${code.padStart(4, '0')}\u203A`
}
