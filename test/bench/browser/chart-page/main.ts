/**
 * One chart of a million points, for the browser bench: pans and zooms it frame by frame and tells how long each
 * frame took. The plot is the workbench's own; nothing else of it is here.
 */
import 'uplot/dist/uPlot.min.css'
import '../../../../renderer/styles/tokens.css'
import { openPlot } from '../../../../renderer/charts/plot.ts'
import type { Range } from '../../../../renderer/charts/plot.ts'

const POINTS = 1_000_000
const FRAMES = 120
const WIDTH = 1_200
const HEIGHT = 300

const xs = Float64Array.from({ length: POINTS }, (_, at) => at)
const values = Float64Array.from(xs, (x) => Math.sin(x / 40_000) + ((x * 7_919) % 997) / 2_000)
const spec = {
  id: 'long',
  title: 'A million points',
  unit: '',
  help: '',
  xs,
  lines: [{ label: 'line', colour: 'series-a', values }],
}

const host = document.querySelector<HTMLElement>('#host')
if (host !== null) {
  const ignore = () => undefined
  const picture = { spec, smoothing: 0.6, range: null, width: WIDTH, height: HEIGHT }
  const plot = openPlot(host, picture, { onHover: ignore, onRange: ignore, onPick: ignore })
  const show = (range: Range | null) => plot.show({ ...picture, range })

  /** Each frame in milliseconds: until it is drawn, and until the next one may be. */
  const frames = async (rangeAt: (share: number) => Range) => {
    const work: number[] = []
    const whole: number[] = []
    let last = await nextFrame()
    for (let frame = 0; frame < FRAMES; frame++) {
      const start = performance.now()
      show(rangeAt(frame / FRAMES))
      // uPlot draws in a microtask.
      await Promise.resolve()
      work.push(performance.now() - start)
      const now = await nextFrame()
      whole.push(now - last)
      last = now
    }
    return { work, whole }
  }
  Reflect.set(window, 'bench', {
    pan: () => frames((share) => [share * POINTS * 0.5, share * POINTS * 0.5 + POINTS * 0.5]),
    zoom: () => frames((share) => [0, POINTS * (1 - 0.99 * share)]),
  })
}

function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve))
}
