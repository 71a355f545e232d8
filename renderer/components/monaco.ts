/**
 * The editor, as little of it as reading Python needs, with its worker made under Trusted Types.
 */
import * as monaco from 'monaco-editor/editor/editor.api.js'
import 'monaco-editor/features/diffEditor/register.js'
import 'monaco-editor/features/find/register.js'
import 'monaco-editor/features/folding/register.js'
import 'monaco-editor/languages/definitions/python/register.js'
// oxlint-disable-next-line import/default -- Vite makes the address of the built worker of it
import workerUrl from 'monaco-editor/editor/editor.worker.js?worker&url'
import { token } from '../state/theme.ts'
import type { Shown } from '../state/theme.ts'

export type CodeEditor = { readonly close: () => void }

type Options = {
  readonly text: string
  readonly against: string | null
  readonly label: string
  readonly wrap: boolean
  readonly theme: Shown
}

const policy = window.trustedTypes?.createPolicy('kelvin-worker', {
  createScriptURL: (url) => url,
})

window.MonacoEnvironment = {
  getWorker: () => {
    const url = new URL(workerUrl, import.meta.url).href
    // The types of the DOM know no trusted values yet; a browser without them takes the text.
    const trusted = (policy?.createScriptURL(url) ?? url) as string
    return new Worker(trusted, { type: 'module' })
  },
}

export function openCode(host: HTMLElement, options: Options): CodeEditor {
  defineTheme(options.theme)
  return options.against === null
    ? openOne(host, options)
    : openDiff(host, options, options.against)
}

function common({ label, wrap }: Options) {
  return {
    readOnly: true,
    domReadOnly: true,
    ariaLabel: label,
    automaticLayout: true,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    fontSize: 12,
    lineHeight: 19,
    fontFamily: token('mono'),
    fontLigatures: false,
    wordWrap: wrap ? 'on' : 'off',
    renderLineHighlight: 'none',
    overviewRulerLanes: 0,
    links: false,
    unicodeHighlight: { ambiguousCharacters: true, invisibleCharacters: true },
    tabFocusMode: true,
    padding: { top: 8, bottom: 8 },
  } as const
}

function openOne(host: HTMLElement, options: Options): CodeEditor {
  const model = monaco.editor.createModel(options.text, 'python')
  const editor = monaco.editor.create(host, { ...common(options), model, theme: 'kelvin' })
  return {
    close: () => {
      editor.dispose()
      model.dispose()
    },
  }
}

function openDiff(host: HTMLElement, options: Options, against: string): CodeEditor {
  const original = monaco.editor.createModel(against, 'python')
  const modified = monaco.editor.createModel(options.text, 'python')
  const editor = monaco.editor.createDiffEditor(host, {
    ...common(options),
    theme: 'kelvin',
    originalAriaLabel: options.label,
    modifiedAriaLabel: options.label,
  })
  editor.setModel({ original, modified })
  return {
    close: () => {
      editor.dispose()
      original.dispose()
      modified.dispose()
    },
  }
}

function defineTheme(theme: Shown): void {
  const bare = (name: string) => token(name).replace('#', '')
  monaco.editor.defineTheme('kelvin', {
    base: theme === 'light' ? 'vs' : theme === 'dark' ? 'vs-dark' : 'hc-black',
    inherit: true,
    rules: [
      { token: 'keyword', foreground: bare('series-d') },
      { token: 'number', foreground: bare('series-b') },
      { token: 'string', foreground: bare('good') },
      { token: 'comment', foreground: bare('text-muted'), fontStyle: 'italic' },
    ],
    colors: {
      'editor.background': token('bg-code'),
      'editor.foreground': token('text'),
      'editorLineNumber.foreground': token('text-muted'),
      'editorGutter.background': token('bg-code'),
    },
  })
  monaco.editor.setTheme('kelvin')
}
