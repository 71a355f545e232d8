/**
 * HTML out of texts that nobody trusts: everything is escaped, nothing is fetched, no script runs.
 * Not here: what is reported (flags-report.ts).
 * Source: OWASP, Cross Site Scripting Prevention; Content Security Policy Level 3.
 */
import { createHash } from 'node:crypto'

/** Text that is HTML already. */
export type Html = { readonly html: string }

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Control characters, invisible ones, those that turn the direction of text, and halves of characters. */
const ACTING = /^[\p{Cc}\p{Cf}\p{Cs}]$/u

/** Escaped; characters that act instead of showing are named. */
export function escapeHtml(text: string): string {
  let out = ''
  for (const character of text) {
    if (character === '\n' || character === '\t') out += character
    else if (ACTING.test(character)) out += named(character)
    else out += ESCAPES[character] ?? character
  }
  return out
}

function named(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code === 13 ? '' : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

type Part = string | number | Html | readonly Html[]

/** A template whose values are escaped unless they are HTML. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const text = strings.reduce(
    (out, piece, at) => out + (at === 0 ? '' : htmlOf(parts[at - 1] ?? '')) + piece,
    '',
  )
  return { html: text }
}

function htmlOf(part: Part): string {
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  return 'html' in part ? part.html : part.map((inner) => inner.html).join('\n')
}

export function table(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): Html {
  if (rows.length === 0) return markup`<p class="none">None.</p>`
  const head = header.map((cell) => markup`<th scope="col">${cell}</th>`)
  const body = rows.map((row) => markup`<tr>${row.map((cell) => markup`<td>${cell}</td>`)}</tr>`)
  return markup`<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #8884; vertical-align: top }
td { overflow-wrap: anywhere }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: .7rem; border: 1px solid #8886; border-radius: 4px }
mark { background: #fc6; color: #000 }
.none, .fine { opacity: .75 }
`

/** A whole page: its own policy, its own style, nothing from outside. */
export function page(title: string, body: readonly Html[]): string {
  const digest = createHash('sha256').update(STYLE).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${{ html: policy }}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.html
}
