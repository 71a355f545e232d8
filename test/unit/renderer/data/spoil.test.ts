import { onlineManager, QueryObserver } from '@tanstack/react-query'
import type { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createQueryClient } from '../../../../renderer/data/ask.ts'
import { askAgain } from '../../../../renderer/data/spoil.ts'

const queryKey = ['steps']
const KEY = JSON.stringify(queryKey)

let queries: QueryClient
/** Questions that are under way; the test answers them. */
let open: PromiseWithResolvers<number>[]
let stop: () => void

beforeEach(() => {
  queries = createQueryClient()
  open = []
  const ask = (): Promise<number> => {
    const question = Promise.withResolvers<number>()
    open.push(question)
    return question.promise
  }
  stop = new QueryObserver(queries, { queryKey, queryFn: ask }).subscribe(() => undefined)
})

afterEach(() => {
  stop()
  queries.clear()
})

const shown = () => queries.getQueryData<number>(queryKey)
const answer = async (at: number): Promise<void> => {
  open[at]?.resolve(at)
  await expect.poll(shown).toBe(at)
}

test('news that come faster than answers cut none of them short', async () => {
  await answer(0)
  const done = [1, 2, 3].map(() => askAgain(queries, KEY))
  await expect.poll(() => open.length).toBe(2)
  await answer(1)
  await expect.poll(() => open.length).toBe(3)
  await answer(2)
  await Promise.all(done)
  expect(open.length).toBe(3)
})

test('what was asked before the news is asked once more after it', async () => {
  const done = askAgain(queries, KEY)
  await answer(0)
  await expect.poll(() => open.length).toBe(2)
  await answer(1)
  await done
  expect(open.length).toBe(2)
})

test('an answer that fails does not end the asking', async () => {
  await answer(0)
  const failed = askAgain(queries, KEY)
  open[1]?.reject(new Error('the line was lost'))
  await failed
  const done = askAgain(queries, KEY)
  await answer(2)
  await done
  expect(open.length).toBe(3)
})

test('a machine without network still asks its own host', async () => {
  await answer(0)
  onlineManager.setOnline(false)
  try {
    const done = askAgain(queries, KEY)
    await answer(1)
    await done
  } finally {
    onlineManager.setOnline(true)
  }
})
