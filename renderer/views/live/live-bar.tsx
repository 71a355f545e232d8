/**
 * What all charts share: the axis, the smoothing, the zoom.
 */
import { Maximize2 } from 'lucide-react'
import type { XAxis } from '../../charts/source.ts'
import { Button } from '../../components/button.tsx'
import { Slider, Switch } from '../../components/fields.tsx'
import { Segments } from '../../components/select.tsx'
import { percent } from '../../format.ts'
import { CHARTS } from '../../strings/charts.ts'
import layout from '../layout.module.css'
import styles from './live.module.css'

const AXES = (['step', 'tokens', 'minutes'] as const).map((id) => ({
  id,
  label: CHARTS.xAxes[id],
}))

type Props = {
  readonly axis: XAxis
  readonly onAxis: (axis: XAxis) => void
  readonly smoothing: number
  readonly onSmoothing: (smoothing: number) => void
  readonly log: boolean
  readonly onLog: (log: boolean) => void
  readonly zoomed: boolean
  readonly onAll: () => void
}

export function LiveBar(props: Props) {
  const { axis, onAxis, smoothing, onSmoothing, log, onLog, zoomed, onAll } = props
  return (
    <div className={layout['bar']}>
      <h1>{CHARTS.page}</h1>
      <Segments label={CHARTS.xAxis} choices={AXES} value={axis} onChange={onAxis} />
      <div className={styles['smooth']}>
        <Slider
          flat
          label={CHARTS.smoothing}
          value={smoothing}
          min={0}
          max={0.98}
          step={0.02}
          onChange={onSmoothing}
          format={(value) => percent(value)}
        />
      </div>
      <Switch label={CHARTS.log} value={log} onChange={onLog} />
      <span className={layout['grow']} />
      <Button icon={Maximize2} label={CHARTS.zoomOut} disabled={!zoomed} onPress={onAll} />
    </div>
  )
}
