/**
 * Model-written text in small: coloured words of Python, or plain. Always text nodes; hidden characters are shown.
 */
import { Fragment } from 'react'
import { pythonWords } from '../text/python-words.ts'
import { visible } from '../text/neutral.ts'
import styles from '../views/layout.module.css'

export function PythonLine({ text }: { readonly text: string }) {
  return (
    <code>
      {pythonWords(visible(text)).map(({ tone, text: word }, at) =>
        tone === 'plain' || tone === 'name' ? (
          // oxlint-disable-next-line react/no-array-index-key -- words of one line never move
          <Fragment key={at}>{word}</Fragment>
        ) : (
          // oxlint-disable-next-line react/no-array-index-key -- as above
          <span key={at} className={styles[tone]}>
            {word}
          </span>
        ),
      )}
    </code>
  )
}

type BlockProps = { readonly text: string; readonly label: string; readonly python?: boolean }

/** Scrolls by keyboard where it is longer than its box. */
export function TextBlock({ text, label, python = false }: BlockProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls needs focus
    <pre className={styles['code']} tabIndex={0} role="region" aria-label={label}>
      {python ? <PythonLine text={text} /> : visible(text)}
    </pre>
  )
}
