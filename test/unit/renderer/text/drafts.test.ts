import { describe, expect, it } from 'vitest'
import { RUN_FIELDS, resolveConfig } from '../../../../electron/contract/config.ts'
import {
  changedKeys,
  cloneDraft,
  matchingKeys,
  newDraft,
  orderOf,
  problemOf,
} from '../../../../renderer/text/run-draft.ts'
import type { Draft } from '../../../../renderer/text/run-draft.ts'
import { changedSettings, diffSettings } from '../../../../renderer/text/settings-diff.ts'
import { stepOf, taskQuery, toggledSort } from '../../../../renderer/text/task-query.ts'

const draft = (touched: Draft['touched']): Draft => ({ ...newDraft(), touched })

describe('the form of a new run', () => {
  it('has no problem and no change to begin with', () => {
    const fresh = newDraft()
    const keys = matchingKeys('')
    expect(keys.length).toBe(Object.keys(RUN_FIELDS).length)
    expect(keys.filter((key) => problemOf(fresh, key) !== null)).toEqual([])
    expect(orderOf(fresh).values).toEqual({})
  })

  it('orders only what differs from the preset, as numbers', () => {
    const changed = draft({ batch: '16', learningRate: '1e-4', mcReuse: true, temperature: '1' })
    expect(changedKeys(changed)).toEqual(['batch', 'learningRate'])
    expect(orderOf(changed).values).toEqual({ batch: 16, learningRate: 1e-4 })
  })

  it('says what is wrong with a value', () => {
    expect(problemOf(draft({ batch: '0' }), 'batch')).toBe(
      'expected a whole number from 1 to 4096, found 0',
    )
    expect(problemOf(draft({ batch: 'many' }), 'batch')).toContain('found "many"')
    expect(problemOf(draft({ types: [] }), 'types')).toContain('at least one')
  })

  it('finds settings by words of their name, group and help', () => {
    expect(matchingKeys('learning rate')).toContain('learningRate')
    expect(matchingKeys('nucleus')).toEqual(['topP'])
    expect(matchingKeys('no such thing')).toEqual([])
  })

  it('clones what a run changed and nothing it does not know', () => {
    const { config } = { config: { ...resolveConfig('nano', { batch: 8 }), unknown: [1] } }
    const cloned = cloneDraft({ preset: 'nano', device: 'cpu', config }, newDraft())
    expect(orderOf(cloned).values).toEqual({ batch: 8 })
  })
})

describe('settings side by side', () => {
  it('name what differs, with a dash for what is absent', () => {
    expect(diffSettings({ a: 1, b: [] }, { a: 1, b: ['x'], c: null })).toEqual([
      { key: 'b', before: 'none', after: 'x' },
      { key: 'c', before: '–', after: 'null' },
    ])
  })

  it('show everything of a preset that is not known', () => {
    expect(changedSettings('foreign', { batch: 3 })).toEqual([
      { key: 'batch', before: '–', after: '3' },
    ])
  })
})

describe('the filter of tasks', () => {
  it('reads the address and ignores what it does not know', () => {
    const query = taskQuery('run', { q: ' kind:deduction step:12 ', kind: '"><img', sort: 'x' })
    expect(query.page).toEqual({
      run: 'run',
      filter: { query: 'kind:deduction step:12' },
      sort: 'newest',
      descending: true,
    })
  })

  it('asks for nothing while the query is wrong', () => {
    const query = taskQuery('run', { q: 'kind:seduction' })
    expect([query.page.filter, query.problems.length]).toEqual([{}, 1])
  })

  it('turns a column round, and begins another with the largest', () => {
    expect(toggledSort({ by: 'reward', descending: true }, 'reward')).toEqual({
      sort: 'reward',
      up: '1',
    })
    expect(toggledSort({ by: 'reward', descending: true }, 'nodes')).toEqual({
      sort: 'nodes',
      up: '',
    })
  })

  it('knows whole steps only', () => {
    expect(['7', '-1', '1.5', '', '99999999999'].map(stepOf)).toEqual([7, null, null, null, null])
  })
})
