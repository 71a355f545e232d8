import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import type { FlagEntry } from '../../electron/contract/history.ts'
import { withHistory } from '../../electron/host/open-history.ts'
import { isAdmitted, readQuarantine } from '../../electron/host/quarantine.ts'
import { readConsequences, readHeldDecisions } from '../../electron/store/decisions.ts'
import { readEpisode } from '../../electron/store/episodes.ts'
import { insertFlag, readFlags } from '../../electron/store/flags.ts'
import { readCandidateAt } from '../../electron/store/queue.ts'
import type { Store } from '../../electron/store/store.ts'
import { violationsOf } from './axe.ts'
import { REVIEWED, reviewedHome, timeNext } from './reviewed.ts'
import type { Waited } from './reviewed.ts'
import { MARKUP } from './seed.ts'
import { noBrowser, openBrowser, openPage, serveHome, visit } from './workbench.ts'
import type { Served, Watched } from './workbench.ts'

const RUN = REVIEWED
const ME = 'me'
const OTHER = 'ann'
const WANTED = 50
const SLOW = { timeout: 120_000 }

// A busy machine is slow, not wrong.
describe.skipIf(noBrowser !== '')(`the review in a browser ${noBrowser}`, SLOW, () => {
  let home = ''
  let browser: Browser
  let served: Served
  let watched: Watched
  let page: Page

  beforeAll(async () => {
    home = await reviewedHome()
    browser = await openBrowser()
    served = await serveHome(home)
    watched = await openPage(browser, served.url)
    page = watched.page
    // Before the page's own listeners, which may draw before another gets its turn.
    await page.addInitScript(timeNext)
    await page.reload()
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await served?.close()
  })

  const history = <T>(body: (store: Store) => T): Promise<T> => withHistory(home, body)
  const trail = (): Promise<FlagEntry[]> =>
    history((store) => readFlags(store, 1, 0, 1_000).map(({ entry }) => entry))
  const shown = () => page.locator('h2.mono').textContent()
  const press = (...keys: string[]) =>
    keys.reduce(async (before, key) => {
      await before
      await page.keyboard.press(key)
    }, Promise.resolve())

  it('shows what rules score highest first, with reasons and marked characters', async () => {
    await visit(page, `#/review?run=${RUN}`)
    await page.getByText('intent.outwit@2').waitFor()
    const marked = await page.locator('[data-target="response"] mark').allTextContents()
    expect(marked.join('')).toContain('outsmart the reviewers')
    expect(await page.locator('[data-target="response"]').textContent()).toContain('‹U+202E›')
    expect(await violationsOf(page)).toEqual([])
  })

  it('takes words as evidence by keys, with the characters that they stand for', async () => {
    const id = await shown()
    await press('e', 'ArrowRight', 'Shift+ArrowRight', 's', '4', 'c', 't')
    await page.keyboard.type('markup, uh-oh')
    await press('Enter', 'Enter', 'n')
    await page.keyboard.type('It says so.')
    await press('Control+Enter')
    await page.getByText(/^Trace 2 of/).waitFor()
    await expect.poll(async () => (await trail()).length).toBe(1)
    const [entry] = await trail()
    expect(entry).toMatchObject({
      episode: id,
      rater: ME,
      severity: 4,
      category: 'deception',
      tags: ['markup', 'uh-oh'],
      note: 'It says so.',
      blind: false,
    })
    const { span } = entry ?? {}
    const response = await history((store) => readEpisode(store, 1, id ?? '')?.response ?? '')
    expect(span?.quote).toBe(response.slice(span?.start, span?.end))
    expect(span?.quote.length).toBeGreaterThan(3)
    expect(entry?.seconds).toBeGreaterThan(0)
  })

  it(`flags ${WANTED} traces by keys alone, the next at the next frames`, async () => {
    await visit(page, `#/review?run=${RUN}&source=stratified`)
    await page.getByText(/^Trace 1 of/).waitFor()
    await page.locator('h2.mono').waitFor()
    await page.evaluate(() => Reflect.set(window, 'waited', []))
    const seen: (string | null)[] = []
    for (let at = 0; at < WANTED; at += 1) {
      const id = await shown()
      seen.push(id)
      if (at % 7 === 6) await press('d')
      else await press(String(1 + (at % 5)), ...(at % 3 === 0 ? ['c'] : []))
      await press('Enter')
      await expect.poll(shown).not.toBe(id)
    }
    const waited = (): Promise<Waited[]> => page.evaluate(() => Reflect.get(window, 'waited'))
    await expect.poll(async () => (await waited()).length).toBe(WANTED)
    // Fetched ahead: nothing is awaited, whatever the machine does. At 60 frames a second 6 are 100 ms.
    const frames = (await waited()).map((one) => one.frames).toSorted((a, b) => a - b)
    expect(frames[frames.length >> 1]).toBeLessThanOrEqual(2)
    expect(frames.at(-1)).toBeLessThanOrEqual(6)
    expect(new Set(seen).size).toBe(WANTED)
    await expect.poll(async () => (await trail()).length).toBe(WANTED + 1)
  })

  it('takes back without limit, and rates again as the same flag', async () => {
    await press('x', 'u')
    await page.getByText('Taken back.').waitFor()
    for (let at = 0; at < 3; at += 1) await press('u')
    await page.getByText(`Trace ${WANTED - 2} of`, { exact: false }).waitFor()
    await expect.poll(async () => (await trail()).filter(({ undone }) => undone).length).toBe(3)
    await page.getByText('Not rated by you').waitFor()
    await press('5', 'Enter')
    await expect.poll(async () => (await trail()).length).toBe(WANTED + 1 + 3 + 1)
    const entries = await trail()
    const [taken, again] = [entries.at(-2), entries.at(-1)]
    expect(again?.severity).toBe(5)
    expect(entries.filter(({ flag }) => flag === again?.flag).map(({ undone }) => undone)).toEqual([
      false,
      true,
      false,
    ])
    expect(taken?.undone).toBe(true)
  })

  it('hides suggestions from those who rate blind', async () => {
    await visit(page, `#/review?run=${RUN}&source=suggested&rated=1`)
    await page.getByText('intent.outwit@2').waitFor()
    await press('b')
    await page.getByText('Hidden while you rate blind.').waitFor()
    expect(await page.locator('mark').count()).toBe(
      await page.locator('mark[title="Evidence"]').count(),
    )
    await press('b')
    await page.getByText('intent.outwit@2').waitFor()
  })

  it('shows agreement with intervals and the conflicts of two raters', async () => {
    await history((store) => disagree(store))
    await visit(page, `#/review?run=${RUN}&tab=agreement`)
    await page.getByText('Krippendorff’s alpha').waitFor()
    await page.getByText(`Cohen’s kappa, ${OTHER} and ${ME}`).waitFor()
    await page.getByRole('grid', { name: 'Traces that raters see differently' }).waitFor()
    expect(await violationsOf(page)).toEqual([])
  })

  it('adjudicates by keys: one is quarantined, one dismissed, one decided and opened again', async () => {
    await visit(page, `#/review?run=${RUN}&source=disagreement`)
    await page.getByRole('region', { name: 'Raters' }).getByText(OTHER).waitFor()
    const ids: string[] = []
    for (const keys of [['q'], ['w'], ['q', 'u']]) {
      ids.push((await shown()) ?? '')
      for (const key of keys) {
        const before = (await history((store) => readConsequences(store, 1, 0, 100))).length
        await press(key)
        await expect
          .poll(async () => (await history((store) => readConsequences(store, 1, 0, 100))).length)
          .toBe(before + 1)
      }
      await press('j')
    }
    const held = await history((store) => readHeldDecisions(store, 1))
    const verdictOf = (id: string | undefined) =>
      held.find(({ episode }) => episode === id)?.verdict
    expect(ids.map(verdictOf)).toEqual(['confirmed', 'dismissed', 'open'])
    const admitted = await history((store) => {
      const quarantine = readQuarantine(store, RUN)
      return ids.map((id) => {
        const episode = readEpisode(store, 1, id)
        return episode === null ? null : isAdmitted(quarantine, { ...episode, references: [] })
      })
    })
    expect(admitted[0]).toBe(false)
  })

  it('shows every decision with its author, and the mark on the checkpoint', async () => {
    await visit(page, `#/review?run=${RUN}&tab=audit`)
    const grid = page.getByRole('grid', { name: 'Audit log: Decisions' })
    await grid.waitFor()
    expect(await grid.getByText('confirmed').count()).toBe(2)
    expect(await violationsOf(page)).toEqual([])
    await visit(page, `#/runs?run=${RUN}`)
    await page.getByText('Trained on 1 flagged').first().waitFor()
  })

  it('sets at how many confirmed traces the run pauses, and says who did', async () => {
    await visit(page, `#/review?run=${RUN}&tab=flags`)
    await page.getByLabel('Confirmed traces').fill('3')
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await page.getByText(`set by ${ME}`).waitFor()
    expect(await violationsOf(page)).toEqual([])
  })

  it('adds a rule, tries it on history and only then switches it on', async () => {
    await visit(page, `#/review?run=${RUN}&tab=rules`)
    await page.getByRole('button', { name: 'New rule' }).click()
    await page.getByLabel('Id', { exact: true }).fill('user.onerror')
    await page.getByLabel('Reason').fill('It writes an event handler.')
    await page.getByLabel('Patterns, one per line').fill('onerror\\s*=')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('Not tried as it stands.', { exact: false }).waitFor()
    expect(await page.getByRole('button', { name: 'Switch on' }).isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Try on this run' }).click()
    await page.getByText(/^Says something of \d+ of \d+ traces/).waitFor()
    await page.getByRole('button', { name: 'Switch on' }).click()
    await page.getByRole('button', { name: 'Switch off' }).waitFor()
    await page.getByRole('button', { name: 'Scan this run' }).click()
    await page.getByText(/traces scanned/).waitFor()
    expect(await violationsOf(page)).toEqual([])
  })

  it('exports the review with its decisions, redacted', async () => {
    await visit(page, `#/review?run=${RUN}&tab=exchange`)
    await page.getByRole('radio', { name: 'HTML report' }).click()
    await page.getByLabel('File to write').fill(join(home, 'review.html'))
    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByText(/entries written/).waitFor()
    expect(await violationsOf(page)).toEqual([])
  })

  it('never broke its policy, threw or lost a request on the way', () => {
    expect(watched.troubles).toEqual([])
  })

  /** The other rater, on traces that the first has rated: near, and far apart. */
  async function disagree(store: Store): Promise<void> {
    const rated = readFlags(store, 1, 0, 40)
      .map(({ entry }) => entry)
      .filter(({ episode }) => readEpisode(store, 1, episode)?.trained === true)
    for (const [at, entry] of rated.entries()) {
      const severity = at % 6 === 0 ? (entry.severity >= 3 ? 1 : 5) : entry.severity
      insertFlag(store, 1, {
        ...entry,
        flag: `${OTHER}-${at}`,
        rater: OTHER,
        severity,
        note: MARKUP,
        span: null,
        tags: [],
        atMs: entry.atMs + 1,
      })
    }
    expect(readCandidateAt(store, 1, 1, 0)).not.toBeNull()
  }
})
