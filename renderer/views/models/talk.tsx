/**
 * A prompt, a few answers: what a checkpoint says.
 */
import { useState } from 'react'
import type { ModelReport, Sequence } from '../../../electron/contract/workbench.ts'
import { Panel } from '../../components/panel.tsx'
import { Count, PromptForm, Temperature } from '../../components/sampling.tsx'
import { Failed, Waiting } from '../../components/states.tsx'
import { TextBlock } from '../../components/snippet.tsx'
import { useOrder } from '../../data/ask.ts'
import { fixed } from '../../format.ts'
import { MODELS } from '../../strings/places.ts'
import layout from '../layout.module.css'

export function Talk({ model }: { readonly model: ModelReport }) {
  const [prompt, setPrompt] = useState('')
  const [temperature, setTemperature] = useState(1)
  const [n, setN] = useState(2)
  const sample = useOrder('models.sample')
  const act = () =>
    sample.mutate({ model: model.ref, prompt, n, maxTokens: 128, temperature, seed: 1 })
  return (
    <Panel title={MODELS.talk}>
      <div className={layout['stack']}>
        <PromptForm
          labels={{ prompt: MODELS.prompt, act: MODELS.sample }}
          prompt={prompt}
          onPrompt={setPrompt}
          pending={sample.isPending}
          onAct={act}
        >
          <Temperature label={MODELS.temperature} value={temperature} onChange={setTemperature} />
          <Count label={MODELS.count} value={n} min={1} max={8} onChange={setN} />
        </PromptForm>
        {sample.isPending ? <Waiting what={MODELS.talk} /> : null}
        {sample.error === null ? null : <Failed error={sample.error} />}
        {sample.data?.map((sequence, at) => (
          // oxlint-disable-next-line react/no-array-index-key -- answers never move
          <Answer key={at} number={at + 1} sequence={sequence} />
        ))}
      </div>
    </Panel>
  )
}

type AnswerProps = { readonly number: number; readonly sequence: Sequence }

function Answer({ number, sequence }: AnswerProps) {
  const { text, logprobs } = sequence
  const mean = logprobs.reduce((sum, value) => sum + value, 0) / Math.max(1, logprobs.length)
  return (
    <div>
      <h3>
        {MODELS.answer(String(number))}, {MODELS.probability(fixed(mean))}
      </h3>
      <TextBlock label={MODELS.answer(String(number))} text={text} />
    </div>
  )
}
