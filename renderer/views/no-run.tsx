/**
 * Where a screen needs a run and none is selected.
 */
import { Button } from '../components/button.tsx'
import { Empty } from '../components/states.tsx'
import { useRoute } from '../state/route.ts'
import { COMMON } from '../strings/common.ts'

export function NoRun() {
  const go = useRoute((state) => state.go)
  return (
    <Empty page title={COMMON.noRun} text={COMMON.noRunText}>
      <Button look="primary" label={COMMON.toRuns} onPress={() => go('runs')} />
    </Empty>
  )
}
