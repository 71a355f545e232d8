/**
 * One prompt for all: what each checkpoint says to the same words with the same seed.
 */
import { useState } from 'react'
import { Panel } from '../../components/panel.tsx'
import { PromptForm, Temperature } from '../../components/sampling.tsx'
import { TextBlock } from '../../components/snippet.tsx'
import { Failed, Waiting } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
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
      <PromptForm
        labels={{ prompt: COMPARE.prompt, act: COMPARE.ask }}
        prompt={prompt}
        onPrompt={setPrompt}
        onAct={() => setAsked({ prompt, temperature })}
      >
        <Temperature label={COMPARE.temperature} value={temperature} onChange={setTemperature} />
      </PromptForm>
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
