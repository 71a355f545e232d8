import { describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { violationsOf } from './axe.ts'
import { openWorkbench } from './opened.ts'
import { placesAt } from './places.ts'
import { MARKUP, RUNS, seededHome } from './seed.ts'
import { noBrowser, serveHome, visit } from './workbench.ts'
import type { Watched } from './workbench.ts'

const STEPS = 24
const PLACES = placesAt(STEPS - 2)

describe.skipIf(noBrowser !== '')(`the workbench in a browser ${noBrowser}`, () => {
  let watched: Watched
  let page: Page

  openWorkbench(
    async () => serveHome(await seededHome(STEPS)),
    (opened) => {
      watched = opened
      page = opened.page
    },
  )

  const open = async (name: string): Promise<void> => {
    const place = PLACES.find((one) => one.name === name)
    if (place === undefined) throw new TypeError(`expected a place called ${name}`)
    await visit(page, place.address)
    await page.getByText(place.ready).first().waitFor()
  }

  it('takes the token out of the address', () => {
    expect(page.url()).not.toContain('token')
  })

  it.each(PLACES)('shows $name without breaking a rule of accessibility', async ({ name }) => {
    await open(name)
    expect(await violationsOf(page)).toEqual([])
  })

  it('keeps every rule in dark and in high contrast too', async () => {
    for (const theme of ['dark', 'contrast']) {
      for (const name of ['runs', 'live', 'trace']) {
        await open(name)
        await page.evaluate((shown) => {
          document.documentElement.dataset['theme'] = shown
        }, theme)
        expect(await violationsOf(page)).toEqual([])
      }
    }
  })

  it('keeps every rule in the colours that a system forces', async () => {
    await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' })
    for (const name of ['new-run', 'live']) {
      await open(name)
      expect(await violationsOf(page)).toEqual([])
    }
    const chosen = page.getByRole('radio', { name: 'Steps', exact: true })
    const ground = chosen.evaluate((element) => getComputedStyle(element).backgroundColor)
    expect(await ground).not.toBe('rgb(0, 0, 0)')
    await page.emulateMedia({ forcedColors: 'none', colorScheme: 'light' })
  })

  it('changes the theme by the palette without loading again', async () => {
    await open('runs')
    await page.evaluate(() => Reflect.set(window, 'same', true))
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Type a command').fill('theme: dark')
    await page.keyboard.press('Enter')
    await page.locator('html[data-theme="dark"]').waitFor()
    expect(await page.evaluate(() => Reflect.get(window, 'same'))).toBe(true)
    await page.getByRole('button', { name: /^Theme: Dark/ }).click()
    await page.locator('html[data-theme="contrast"]').waitFor()
  })

  it('leads from the runs to a trace by keys alone', async () => {
    await open('runs')
    await page.locator('body').focus()
    await page.keyboard.press('g')
    await page.keyboard.press('t')
    const grid = page.getByRole('grid', { name: 'Tasks of this run' })
    await grid.waitFor()
    await grid.focus()
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    await page.keyboard.press('Enter')
    await page.getByText('Inputs and outputs').or(page.getByText('held no program')).waitFor()
    const attempts = page.getByRole('grid', { name: 'Attempts at this task' })
    await attempts.focus()
    await page.keyboard.press('Enter')
    await page.getByText('Parts of the reward').waitFor()
    await page.getByRole('group', { name: /Arrow keys move/ }).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByText(/^1 \/ /).waitFor()
    await page.keyboard.press('c')
    await page.getByText('blue: made likelier').waitFor()
  })

  it('shows the sheet of shortcuts and closes it with Escape', async () => {
    await open('runs')
    await page.keyboard.press('Shift+?')
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await sheet.waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
  })

  it('filters and sorts tasks, and keeps both in the address', async () => {
    await open('tasks')
    await page.keyboard.press('/')
    await page
      .getByRole('combobox', { name: 'Filter and search tasks' })
      .and(page.locator(':focus'))
      .waitFor()
    await page.keyboard.type('ki')
    await page.getByRole('option', { name: /^kind/ }).first().waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.type('ind')
    await page.getByRole('option', { name: 'kind:induction' }).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Tab')
    await page.keyboard.type('state:valid ')
    await page.keyboard.press('Enter')
    await page.getByRole('list', { name: 'Conditions' }).getByText('state:valid').waitFor()
    await page.getByRole('button', { name: 'Solve rate' }).click()
    await page.getByText('rows loaded').waitFor()
    const address = decodeURIComponent(page.url())
    for (const part of ['kind:induction', 'state:valid', 'sort=solveRate']) {
      expect(address).toContain(part)
    }
    // Rows of before stay until the others are there.
    await page.getByRole('gridcell').getByText('Deduction').first().waitFor({ state: 'detached' })
    await page.getByRole('gridcell').getByText('Induction').first().waitFor()
  })

  it('points at what is wrong in a filter, and shows it as a form', async () => {
    await open('tasks')
    const line = page.getByRole('combobox', { name: 'Filter and search tasks' })
    await line.fill('nodes>20 kind:seduction ')
    await page.getByText('Character 10: kind: expected deduction').waitFor()
    await page.locator('mark').getByText('kind:seduction').waitFor()
    await line.fill('"x % 7" nodes>10')
    await line.press('Enter')
    await page.getByRole('list', { name: 'Conditions' }).getByText('"x % 7"').waitFor()
    await page.getByRole('listbox').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Filter', exact: true }).click()
    const form = page.getByRole('dialog', { name: 'Filter' })
    expect(await form.getByLabel('Nodes from').inputValue()).toBe('10')
    await form.getByRole('button', { name: /^Deduction/ }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('list', { name: 'Conditions' }).getByText('kind:deduction').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
  })

  it('chooses rows by keys, tags them and hides them', async () => {
    await open('tasks')
    const grid = page.getByRole('grid', { name: 'Tasks of this run' })
    await grid.focus()
    await page.getByRole('gridcell').first().waitFor()
    for (const key of ['Home', ' ', 'Shift+ArrowDown']) await page.keyboard.press(key)
    const bulk = page.getByRole('toolbar', { name: 'Actions on chosen tasks' })
    await bulk.getByText('2 chosen').waitFor()
    expect(await violationsOf(page)).toEqual([])
    await bulk.getByRole('button', { name: 'Tag …' }).click()
    await page.getByLabel('Tag', { exact: true }).fill('odd')
    await page.keyboard.press('Enter')
    await page.getByText('2 tasks are tagged odd').waitFor()
    await page.getByRole('gridcell').getByText('odd').first().waitFor()
    await bulk.getByRole('button', { name: 'Hide' }).click()
    await page.getByRole('list', { name: 'Conditions' }).getByText('-tag:hidden').waitFor()
    await page.getByRole('gridcell').getByText('odd').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Clear filters' }).click()
  })

  it('runs a program again with another input', async () => {
    await open('task')
    await page.getByLabel('Input', { exact: true }).fill('100')
    await page.getByRole('button', { name: 'Run again' }).click()
    await page.getByText('Ran', { exact: true }).last().waitFor()
    await page.getByRole('region', { name: 'Output', exact: true }).waitFor()
    await page.getByText('It printed nothing.').waitFor()
  })

  it('says of a task and of its traces that they ask for an exception', async () => {
    const of = `run=${RUNS.broken}`
    await visit(page, `#/task?${of}&id=${encodeURIComponent('11/deduction/2')}`)
    await page.getByRole('columnheader', { name: 'Ends with' }).waitFor()
    await page.getByRole('cell', { name: 'NoError', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Run again' }).click()
    await page.getByText('Equals the output that was kept.').waitFor()
    await visit(page, `#/trace?${of}&episode=${encodeURIComponent('11/solve/deduction/2-0')}`)
    await page.getByText('Parts of the reward').waitFor()
    await page.getByText('Error deduction').waitFor()
  })

  it('shows hostile text as text', async () => {
    const trace = (step: number) =>
      `#/trace?run=${RUNS.long}&episode=${encodeURIComponent(`${step}/propose/deduction/0`)}`
    await visit(page, trace(21))
    const tokens = page.getByRole('group', { name: /Arrow keys move/ })
    await tokens.waitFor()
    const written = async () => (await tokens.innerText()).replaceAll('\n', '')
    await expect.poll(written).toContain(MARKUP)
    await visit(page, trace(20))
    const plain = page.getByRole('region', { name: 'Response', exact: true })
    for (const part of [MARKUP, '‹U+001B›]8;;https://evil.example', '‹U+202E›gnp.exe']) {
      await expect.poll(() => plain.innerText()).toContain(part)
    }
    await open('compare')
    const flipped = page.getByRole('grid', { name: 'Items that flipped' })
    await flipped.focus()
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: `Answer of ${RUNS.short}@${STEPS}` }).waitFor()
    const strange = 'main img, main script, main a[href*="evil"], main a[href^="javascript"]'
    expect(await page.locator(strange).count()).toBe(0)
    expect(await page.evaluate(() => Reflect.get(window, 'hacked'))).toBeUndefined()
  })

  it('compares two steps of one run, item by item, side by side', async () => {
    await visit(page, `#/compare?runs=${RUNS.long},${RUNS.long}%400`)
    await page.getByText('Held-out scores').waitFor()
    await page
      .getByText(/95% interval .* to /)
      .first()
      .waitFor()
    await page.getByRole('radio', { name: /^Wrong everywhere \(\d+\)$/ }).click()
    const items = page.getByRole('grid', { name: 'Items that flipped' })
    await items.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: `Answer of ${RUNS.long}@0` }).waitFor()
    await page.getByRole('region', { name: `Answer of ${RUNS.long}@${STEPS}` }).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: `Take out ${RUNS.long}@0` }).click()
    await page.getByText('Choose what to compare').waitFor()
  })

  it('lays curves and settings of runs over each other', async () => {
    await open('compare')
    await page.getByRole('tab', { name: 'Curves' }).click()
    await page
      .getByRole('group', { name: /^Right attempts/ })
      .first()
      .waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('tab', { name: 'Settings' }).click()
    await page.getByRole('cell', { name: '16', exact: true }).waitFor()
    await page.getByRole('tab', { name: 'Ask all' }).click()
    await page.getByLabel('Prompt').waitFor()
    expect(await violationsOf(page)).toEqual([])
  })

  it('asks before a run is removed, from the palette too', async () => {
    await open('runs')
    await page.keyboard.press('Control+k')
    const field = page.getByPlaceholder('Type a command')
    await field.waitFor()
    expect(await violationsOf(page)).toEqual([])
    await field.fill('remove')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Remove this run?' })
    await dialog.waitFor()
    expect(await violationsOf(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'detached' })
  })

  it('opens a run by its name from the palette', async () => {
    await open('runs')
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Type a command').fill(RUNS.short)
    await page.keyboard.press('Enter')
    await page.getByText('Solver reward').first().waitFor()
    expect(page.url()).toContain(`run=${RUNS.short}`)
  })

  it('finds settings, changes a key, names a conflict, and takes it back', async () => {
    await open('settings')
    const search = page.getByRole('searchbox', { name: 'Search settings' })
    await search.fill('disk')
    await page.getByText('When less than 5 GB are left.').waitFor()
    expect(await page.getByText('Text size').count()).toBe(0)
    await search.fill('')
    const keys = page.getByRole('textbox', { name: 'Runs', exact: true })
    await keys.fill('g x')
    await keys.blur()
    await page.getByRole('button', { name: 'Reset Runs' }).waitFor()
    await page.locator('main').focus()
    await page.keyboard.press('g')
    await page.keyboard.press('x')
    await page.getByText('Progress by phase').waitFor()
    await open('settings')
    await page.getByRole('textbox', { name: 'Runs', exact: true }).fill('g l')
    await page.getByRole('textbox', { name: 'Runs', exact: true }).blur()
    await page.getByText('also starts Live').waitFor()
    await page.getByRole('button', { name: 'Reset all keys' }).click()
    await page.getByText('also starts Live').waitFor({ state: 'detached' })
  })

  it('imports keys from a file, and refuses one that holds something else', async () => {
    await open('settings')
    const file = (text: string) => ({
      name: 'keys.json',
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    })
    const input = page.locator('input[type="file"]')
    await input.setInputFiles(file('{"go.logs":"g z"}'))
    await page.getByRole('button', { name: 'Reset Logs' }).waitFor()
    await input.setInputFiles(file('{"go.logs":["<b>"]}'))
    await page.getByText('keys.json: expected JSON with commands').waitFor()
    await page.getByRole('button', { name: 'Reset all keys' }).click()
    await page.getByRole('button', { name: 'Reset Logs' }).waitFor({ state: 'detached' })
  })

  it('says everything that a model folder lacks, and what a browser cannot be given', async () => {
    await open('models')
    await page.getByRole('textbox', { name: /A Hugging Face folder/ }).fill('/nowhere/model')
    await page.getByRole('button', { name: 'Open a model folder' }).click()
    await page.getByText('model', { exact: true }).first().click()
    await page.getByText('model: expected a folder that can be read, found none').waitFor()
    await page.getByRole('button', { name: 'Forget this folder' }).click()
    await page.locator('main').evaluate((main) => {
      const data = new DataTransfer()
      data.items.add(new File(['x'], 'model.gguf'))
      const inner = main.querySelector('h1') ?? main
      inner.dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer: data }))
    })
    await page.getByText('A browser does not tell where a dropped folder lies').waitFor()
  })

  it('stays usable at twice the size', async () => {
    await page.setViewportSize({ width: 720, height: 450 })
    for (const name of ['runs', 'compare']) {
      await open(name)
      const wide = () => page.evaluate(() => document.documentElement.scrollWidth)
      await expect.poll(wide).toBeLessThanOrEqual(720)
      expect(await violationsOf(page)).toEqual([])
    }
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  it('shows a chart as a table and saves it', async () => {
    await open('live')
    await page.getByRole('button', { name: 'Proposer reward: show as table' }).click()
    await page.getByRole('grid', { name: 'Proposer reward, values' }).waitFor()
    await page.getByRole('button', { name: 'Solver reward: save' }).click()
    const saved = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'Values (CSV)' }).click()
    expect((await saved).suggestedFilename()).toBe('solver-reward.csv')
  })

  it('opens the tasks of a step from a chart by keys', async () => {
    await open('live')
    const chart = page.getByRole('group', { name: /^Solver reward/ })
    await chart.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByText('rows loaded').waitFor()
    expect(decodeURIComponent(page.url())).toContain('step:')
  })

  it('colours tokens by what the trainer saw, with values', async () => {
    await open('trace')
    await page.getByRole('radio', { name: 'Ratio' }).click()
    await page.getByRole('group', { name: /Arrow keys move/ }).focus()
    await page.keyboard.press('ArrowRight')
    for (const name of ['In training', 'Ratio', 'Entropy']) {
      await page.getByRole('term').getByText(name, { exact: true }).waitFor()
    }
    await page.keyboard.press('u')
    await page.getByText('Your rating').waitFor()
    expect(decodeURIComponent(page.url())).toContain(`episode=${STEPS - 2}/propose/induction/4`)
  })

  it('shows the output below any screen, as high as it is drawn, and keeps that', async () => {
    await open('runs')
    await page.keyboard.press('Control+j')
    const dock = page.getByRole('region', { name: 'Output of engine, sandbox and app' })
    const edge = dock.getByRole('separator', { name: 'Height of the output' })
    await edge.press('ArrowUp')
    await edge.and(page.locator('[aria-valuenow="244"]')).waitFor()
    await dock.getByRole('button', { name: 'Copy all' }).waitFor()
    await open('tasks')
    await dock.getByRole('searchbox', { name: 'Search logs' }).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Close the output' }).click()
    await dock.waitFor({ state: 'detached' })
  })

  it('leads from a step of the charts to the logs of that time', async () => {
    await open('live')
    await page.locator('body').focus()
    await page.keyboard.press('[')
    await page.getByRole('group', { name: `Step ${STEPS - 1}`, exact: true }).waitFor()
    await page.getByRole('button', { name: 'Logs of that time' }).click()
    await page.getByText('Copy all').waitFor()
    expect(page.url()).toContain('at=')
  })

  it('opens a trace of 300,000 tokens and draws a few lines of it', async () => {
    const id = encodeURIComponent('1/propose/deduction/huge')
    await visit(page, `#/trace?run=${RUNS.broken}&episode=${id}`)
    const strip = page.getByRole('group', { name: /30\d,\d{3} tokens/ })
    await strip.waitFor()
    expect(await strip.locator('[data-token]').count()).toBeLessThan(6_000)
    await strip.focus()
    await page.keyboard.press('End')
    await page.getByText(/^(30\d|299),\d{3} \/ 30\d,\d{3}$/).waitFor()
  })

  it('never broke its policy, threw or lost a request on the way', () => {
    expect(watched.troubles).toEqual([])
  })
})
