/**
 * A small line without axes, for list rows. Not here: charts that are read (charts/).
 */

type Props = {
  readonly label: string
  readonly values: readonly number[]
  readonly width?: number
  readonly height?: number
}

export function Sparkline({ label, values, width = 96, height = 20 }: Props) {
  const known = values.filter((value) => Number.isFinite(value))
  const low = Math.min(...known)
  const high = Math.max(...known)
  const span = high - low || 1
  const x = (at: number) => 2 + (at / Math.max(1, known.length - 1)) * (width - 6)
  const y = (value: number) => height - 3 - ((value - low) / span) * (height - 6)
  const last = known.at(-1)
  if (last === undefined) return null
  return (
    <svg width={width} height={height} role="img" aria-label={label}>
      <polyline
        points={known.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}
        fill="none"
        stroke="var(--accent)"
        strokeWidth={1.5}
        strokeLinejoin="round"
      />
      <circle cx={x(known.length - 1)} cy={y(last)} r={2.2} fill="var(--accent)" />
    </svg>
  )
}
