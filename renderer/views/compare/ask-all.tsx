/**
 * One prompt for all: what each checkpoint says to the same words with the same seed.
 */
import { MessageSquareText } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Slider, TextField } from '../../components/fields.tsx'
import { Panel } from '../../components/panel.tsx'
import { TextBlock } from '../../components/snippet.tsx'
import { Failed, Waiting } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import { fixed } from '../../format.ts'
import { COMPARE } from '../../strings/compare.ts'
import { nameOf } from '../../text/compared.ts'
import type { Compared } from '../../text/compared.ts'
import layout from '../layout.module.css'
import styles from './compare.module.css'

type Asked = { readonly prompt: string; readonly temperature: number }

export function AskAll({ places }: { readonly places: readonly Compared[] }) {
  const [prompt, setPrompt] = useState('')
  const [temperature, setTemperature] = useState(0)
  const [asked, setAsked] = useState<Asked | null>(null)
  return (
    <div className={layout['stack']}>
      <TextField label={COMPARE.prompt} value={prompt} onChange={setPrompt} lines={4} />
      <Slider
        label={COMPARE.temperature}
        value={temperature}
        min={0}
        max={2}
        step={0.1}
        onChange={setTemperature}
        format={(value) => fixed(value, 1)}
      />
      <div className={layout['row']}>
        <Button
          icon={MessageSquareText}
          look="primary"
          label={COMPARE.ask}
          disabled={prompt === ''}
          onPress={() => setAsked({ prompt, temperature })}
        />
      </div>
      {asked === null ? null : (
        <div
          className={styles['side']}
          style={{ gridTemplateColumns: `repeat(${places.length}, minmax(220px, 1fr))` }}
        >
          {places.map((place) => (
            <Said key={nameOf(place)} place={place} asked={asked} />
          ))}
        </div>
      )}
    </div>
  )
}

/** The same question has the same answer: a cached one is as good. */
function Said({ place, asked }: { readonly place: Compared; readonly asked: Asked }) {
  const said = useAsk('models.sample', {
    model: { type: 'checkpoint', ...place },
    ...asked,
    n: 1,
    maxTokens: 128,
    seed: 1,
  })
  const name = nameOf(place)
  return (
    <Panel title={name} flush>
      {said.error === null ? null : <Failed error={said.error} />}
      {said.isLoading ? <Waiting what={name} /> : null}
      {said.data?.map(({ text }, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- one answer each
        <TextBlock key={at} label={COMPARE.answerOf(name)} text={text} />
      ))}
    </Panel>
  )
}
