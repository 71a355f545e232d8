/**
 * What stands where there is nothing, something is awaited, or something failed. Each says what to do next.
 */
import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { COMMON, errorAdvice } from '../strings/common.ts'
import { Button } from './button.tsx'
import { visible } from '../text/neutral.ts'
import styles from './states.module.css'

type EmptyProps = {
  readonly title: string
  readonly text: string
  /** Where nothing else names the screen. */
  readonly page?: boolean
  readonly children?: ReactNode
}

export function Empty({ title, text, page = false, children }: EmptyProps) {
  const Heading = page ? 'h1' : 'h2'
  return (
    <div className={styles['empty']}>
      <Heading>{title}</Heading>
      <p>{text}</p>
      {children === undefined ? null : <div className={styles['actions']}>{children}</div>}
    </div>
  )
}

/** Says what is awaited, after 200 ms. */
export function Waiting({ what }: { readonly what: string }) {
  return (
    <p className={styles['waiting']} role="status">
      {COMMON.waiting(what)}
    </p>
  )
}

type FailedProps = {
  readonly error: unknown
  readonly onRetry?: () => void
}

export function Failed({ error, onRetry }: FailedProps) {
  const { message, advice } = errorAdvice(error)
  return (
    <div className={styles['error']} role="alert">
      <TriangleAlert size={16} aria-hidden />
      <div>
        <p>{visible(message)}</p>
        {advice === '' ? null : <p>{advice}</p>}
        {onRetry === undefined ? null : (
          <div className={styles['actions']}>
            <Button label={COMMON.retry} onPress={onRetry} />
          </div>
        )}
      </div>
    </div>
  )
}

type LoadProps<T> = {
  readonly query: {
    readonly data: T | undefined
    readonly error: unknown
    readonly refetch: () => unknown
  }
  readonly what: string
  readonly children: (data: T) => ReactNode
}

/** The data, or why it is not there. Old data stays while newer is awaited. */
export function Loaded<T>({ query, what, children }: LoadProps<T>) {
  if (query.data !== undefined) return children(query.data)
  if (query.error !== null) {
    return <Failed error={query.error} onRetry={() => void query.refetch()} />
  }
  return <Waiting what={what} />
}
