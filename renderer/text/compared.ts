/**
 * What is compared, as it stands in the address: `azr-1,azr-1@40` is a run at its last measured step and at step 40.
 */
import { MAX_PLACES } from '../../electron/contract/compare.ts'

/** step null: the last that was measured. */
export type Compared = { readonly run: string; readonly step: number | null }

const PLACE = /^([a-z0-9][a-z0-9-]{0,63})(?:@(\d{1,9}))?$/

/** What makes no sense is left out: an address is nobody's promise. */
export function parseCompared(text: string): readonly Compared[] {
  const places = text.split(',').flatMap((part): Compared[] => {
    const found = PLACE.exec(part)
    if (found === null) return []
    const [, run = '', step] = found
    return [{ run, step: step === undefined ? null : Number(step) }]
  })
  return places
    .filter((place, at) => places.findIndex((other) => isSame(place, other)) === at)
    .slice(0, MAX_PLACES)
}

export function formatCompared(places: readonly Compared[]): string {
  return places.map(nameOf).join(',')
}

export function nameOf({ run, step }: Compared): string {
  return step === null ? run : `${run}@${step}`
}

function isSame(a: Compared, b: Compared): boolean {
  return a.run === b.run && a.step === b.step
}

export function runsOf(places: readonly Compared[]): readonly string[] {
  return [...new Set(places.map(({ run }) => run))]
}
