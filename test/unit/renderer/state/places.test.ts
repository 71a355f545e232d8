import { describe, expect, it } from 'vitest'
import { moveActive } from '../../../../renderer/components/table-keys.ts'
import { cutCurves } from '../../../../renderer/data/curves.ts'
import { allowed } from '../../../../renderer/data/run-orders.ts'
import * as format from '../../../../renderer/format.ts'
import { conflicts, goCommands, keyCaps, withKeys } from '../../../../renderer/state/commands.ts'
import { formatRoute, parseRoute } from '../../../../renderer/state/route.ts'
import { longHex, shownTheme } from '../../../../renderer/state/theme.ts'
import { newLive } from '../../../../electron/host/live-state.ts'
import type { LiveRun } from '../../../../electron/contract/workbench.ts'

describe('addresses', () => {
  it('come back as they were', () => {
    const route = { view: 'tasks', params: { run: 'azr-1', kind: 'deduction', text: 'a&b=c#d' } }
    expect(parseRoute(formatRoute({ ...route, view: 'tasks' }))).toEqual(route)
  })

  it('lead to the runs where they are unknown', () => {
    for (const hash of ['', '#', '#/nowhere', '#/__proto__', '#token=abc']) {
      expect(parseRoute(hash)).toEqual({ view: 'runs', params: {} })
    }
  })

  it('leave empty parts out', () => {
    expect(formatRoute({ view: 'live', params: { run: '', b: '2', a: '1' } })).toBe(
      '#/live?a=1&b=2',
    )
  })
})

describe('themes', () => {
  it('follow the system only when asked to', () => {
    expect(shownTheme('system', { dark: true, contrast: false, forced: false })).toBe('dark')
    expect(shownTheme('system', { dark: true, contrast: true, forced: false })).toBe('contrast')
    expect(shownTheme('light', { dark: true, contrast: true, forced: false })).toBe('light')
    expect(shownTheme('light', { dark: true, contrast: false, forced: true })).toBe('contrast')
    expect(shownTheme('dark', { dark: false, contrast: true, forced: true })).toBe('light')
  })
})

describe('colours', () => {
  it('are written in full for what takes no short ones', () => {
    expect(['#fff', '#a1b', '#102030', 'red'].map(longHex)).toEqual([
      '#ffffff',
      '#aa11bb',
      '#102030',
      'red',
    ])
  })
})

describe('commands', () => {
  it('take the keys of the user and name conflicts', () => {
    const own = withKeys(goCommands(), { 'go.tasks': 'g l', 'go.live': 'g l' })
    expect([...conflicts(own)]).toEqual([['g l', ['Live', 'Tasks']]])
    expect(conflicts(goCommands()).size).toBe(0)
  })

  it('show their keys as caps', () => {
    expect(keyCaps('$mod+k', false)).toEqual(['Ctrl+K'])
    expect(keyCaps('$mod+k', true)).toEqual(['⌘K'])
    expect(keyCaps('g r', false)).toEqual(['g', 'r'])
    expect(keyCaps('', false)).toEqual([])
  })
})

describe('keys of a table', () => {
  it('move within its rows', () => {
    const moves = ['j', 'k', 'End', 'PageDown', 'x'].map((key) => moveActive(key, 3, 10, 4))
    expect(moves).toEqual([4, 2, 9, 7, null])
    expect(moveActive('Home', 0, 0, 4)).toBeNull()
    expect(moveActive('ArrowUp', 0, 10, 4)).toBe(0)
  })
})

describe('what can be done with a run', () => {
  const live = (state: LiveRun['state'], why: string | null = null): LiveRun => ({
    ...newLive('r', 1),
    state,
    restart: why === null ? null : { why, seconds: 10 },
  })

  it('depends on its process and on its state', () => {
    expect(allowed({ state: 'crashed' }, null).canResume).toBe(true)
    expect(allowed({ state: 'finished' }, null)).toEqual({
      canPause: false,
      canResume: false,
      canStop: false,
    })
    expect(allowed({ state: 'running' }, live('running'))).toEqual({
      canPause: true,
      canResume: false,
      canStop: true,
    })
    expect(allowed({ state: 'running' }, live('stopping')).canStop).toBe(false)
    expect(allowed({ state: 'running' }, live('restarting', 'killed')).canResume).toBe(true)
    expect(allowed({ state: 'running' }, live('restarting')).canResume).toBe(false)
  })
})

describe('curves of a resumed run', () => {
  it('forget the steps after the one it goes on from', () => {
    const rows = [1, 2, 3].map((step) => ({ step }))
    const curves = { steps: rows, groups: rows, tallies: rows } as unknown as Parameters<
      typeof cutCurves
    >[0]
    expect(cutCurves(curves, 2).steps).toEqual([{ step: 1 }, { step: 2 }])
  })
})

describe('numbers as people read them', () => {
  it('keep their meaning at every size', () => {
    expect([0, 0.123456, 12345.6, 1e-7, -0.5].map((value) => format.figure(value))).toEqual([
      '0',
      '0.123',
      '12,346',
      '1.00e−7',
      '−0.5',
    ])
    expect([999, 1_234_567, 5e9].map(format.bytes)).toEqual(['999 B', '1.2 MB', '5.0 GB'])
    expect([0.05, 5, 75, 3_700].map(format.duration)).toEqual([
      '50 ms',
      '5.0 s',
      '1 min 15 s',
      '1 h 1 min',
    ])
    expect([format.etaRange(60), format.etaRange(720)]).toEqual(['54–66 s', '10–14 min'])
    expect([format.percent(0.126, 1), format.percent(null)]).toEqual(['12.6 %', '–'])
  })
})
