/**
 * From a task or a trace to the desk of reviews, with that trace on it: by button, by key, by the palette.
 */
import { useRoute } from '../state/route.ts'
import { COMMON } from '../strings/common.ts'
import type { ScreenAction } from './screen-commands.ts'

/** episode null: nobody proposed it. */
export function useReviewAction(episode: string | null): ScreenAction {
  const go = useRoute((state) => state.go)
  const act = () => go('review', { tab: 'queue', source: 'one', episode: episode ?? '' })
  return { id: 'review', label: COMMON.review, keys: 'u', can: episode !== null, act }
}
