/**
 * What one asks a model with: a prompt, how warm, how many answers. The same wherever a model is asked.
 * Not here: asking, and what is answered.
 */
import { MessageSquareText } from 'lucide-react'
import type { ReactNode } from 'react'
import { fixed, integer } from '../format.ts'
import { Button } from './button.tsx'
import { Slider, TextField } from './fields.tsx'
import styles from './states.module.css'

type NumberProps = {
  readonly label: string
  readonly value: number
  readonly onChange: (value: number) => void
}

export function Temperature({ least = 0, ...props }: NumberProps & { readonly least?: number }) {
  const format = (value: number) => fixed(value, 1)
  return <Slider {...props} min={least} max={2} step={0.1} format={format} />
}

export function Count(props: NumberProps & { readonly min: number; readonly max: number }) {
  return <Slider {...props} step={1} format={integer} />
}

type PromptProps = {
  readonly labels: { readonly prompt: string; readonly act: string }
  readonly prompt: string
  readonly onPrompt: (prompt: string) => void
  readonly pending?: boolean
  readonly onAct: () => void
  /** Between the prompt and the button. */
  readonly children: ReactNode
}

export function PromptForm(props: PromptProps) {
  const { labels, prompt, onPrompt, pending = false, onAct, children } = props
  return (
    <>
      <TextField label={labels.prompt} value={prompt} onChange={onPrompt} lines={4} />
      {children}
      <div className={styles['actions']}>
        <Button
          icon={MessageSquareText}
          look="primary"
          label={labels.act}
          disabled={prompt === '' || pending}
          onPress={onAct}
        />
      </div>
    </>
  )
}
