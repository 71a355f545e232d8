/**
 * A hidden page in a browser that is installed on this machine, started for it alone: headless, with an empty profile,
 * its own sandbox on, and no way to a network; the page's files come over the debugging pipe.
 * Not here: finding a browser (find-browser.ts), what the page serves (assets.ts), what is said to it (page.ts).
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import * as v from 'valibot'
import { AppError, messageOf } from '../../contract/errors.ts'
import { assetAt } from './assets.ts'
import { Cdp } from './cdp.ts'
import type { BrowserEvent } from './cdp.ts'
import { confinementOf } from './confinement.ts'
import type { PageLine, ToPage } from './line.ts'

export type BrowserOptions = {
  readonly program: string
  /** The folder that holds pyodide/ and python/. */
  readonly resources: string
  /** Fewer layers, for tests: the level then falls. */
  readonly moreArguments?: readonly string[]
  readonly policies?: boolean
}

/** Never resolved: every request of the page is answered here. */
const ORIGIN = 'https://sandbox.kelvin.invalid'
const NOBODY = 65_534
/** Seconds on an idle machine; a busy one is slow, not broken. */
const START_MS = 120_000
const STDERR_CHARS = 2_000

const FLAGS = `--headless --no-startup-window --remote-debugging-pipe --no-first-run --no-default-browser-check --disable-gpu
  --disable-extensions --disable-background-networking --disable-component-update --disable-default-apps --disable-sync
  --disable-domain-reliability --disable-client-side-phishing-detection --disable-breakpad --no-pings --mute-audio
  --disable-background-timer-throttling --disable-renderer-backgrounding --disable-backgrounding-occluded-windows
  --password-store=basic --use-mock-keychain --disable-features=SpareRendererForSitePerProcess,Translate,MediaRouter,OptimizationHints,DialMediaRouteProvider`
// Even loopback goes to a proxy that is not there.
const NO_NETWORK = ['--proxy-server=127.0.0.1:1', '--proxy-bypass-list=<-loopback>']

/** Throws AppError('sandbox') when the browser does not start. */
export async function openBrowserPage(options: BrowserOptions): Promise<PageLine> {
  const profile = await mkdtemp(join(tmpdir(), 'kelvin-browser-'))
  const browser = await startBrowser(options, profile)
  const stop = async (): Promise<void> => {
    killTree(browser.child)
    await browser.ended
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }).catch(
      () => undefined,
    )
  }
  const timer = setTimeout(() => killTree(browser.child), START_MS)
  try {
    return await openPage(browser, options, stop)
  } catch (cause) {
    await stop()
    const told = browser.said().trim().split('\n').at(-1) ?? ''
    throw new AppError(
      'sandbox',
      `${options.program}: expected a page, found ${messageOf(cause)} ${told}`,
    )
  } finally {
    clearTimeout(timer)
  }
}

type Browser = {
  readonly child: ChildProcess
  readonly cdp: Cdp
  readonly ended: Promise<void>
  readonly said: () => string
  /** Events go to whoever asked last. */
  readonly listen: (heard: (event: BrowserEvent) => void) => void
}

/** A browser refuses its own sandbox to root: under root it runs as nobody, like the programs on Linux. */
async function startBrowser(options: BrowserOptions, profile: string): Promise<Browser> {
  const asNobody = process.getuid?.() === 0
  if (asNobody) await chown(profile, NOBODY, NOBODY)
  const child = spawn(options.program, argumentsOf(options, profile), {
    cwd: profile,
    env: environment(profile),
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
    ...(asNobody ? { uid: NOBODY, gid: NOBODY } : {}),
  })
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-STDERR_CHARS)
  })
  const [, , , out, back] = child.stdio
  if (!(out instanceof Writable) || !(back instanceof Readable)) {
    throw new AppError('sandbox', `${options.program}: expected two pipes, found none`)
  }
  let heard: (event: BrowserEvent) => void = () => undefined
  const cdp = new Cdp(out, back, (event) => heard(event))
  void ended.then(() => cdp.end('it ended'))
  return { child, cdp, ended, said: () => said, listen: (next) => (heard = next) }
}

function argumentsOf({ moreArguments = [] }: BrowserOptions, profile: string): string[] {
  const flags = FLAGS.split(/\s+/)
  return [...flags, ...NO_NETWORK, ...moreArguments, `--user-data-dir=${profile}`, 'about:blank']
}

/** Nothing of the app's own environment but what a program needs in order to start at all. */
function environment(profile: string): NodeJS.ProcessEnv {
  if (process.platform === 'win32') return process.env
  const { PATH = '/usr/bin:/bin', LANG = 'C.UTF-8' } = process.env
  return { PATH, LANG, HOME: profile, TMPDIR: profile }
}

function killTree({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

const Text = v.object({ targetId: v.string() })
const Attached = v.object({ sessionId: v.string() })
const Evaluated = v.object({ result: v.object({ objectId: v.string() }) })
const Paused = v.object({ requestId: v.string(), request: v.object({ url: v.string() }) })
const Called = v.object({ name: v.string(), payload: v.string() })

const BINDING = 'kelvinSay'
/** The page is given one end of a channel, as by Electron's preload; the other end talks to the pipe. */
const CONNECT = `(() => {
  const { port1, port2 } = new MessageChannel()
  const say = globalThis.${BINDING}
  port1.onmessage = ({ data }) => say(JSON.stringify(data))
  globalThis.postMessage('port', '*', [port2])
  return port1
})()`
const POST = 'function (message) { this.postMessage(message) }'

async function openPage(
  browser: Browser,
  options: BrowserOptions,
  stop: () => Promise<void>,
): Promise<PageLine> {
  const { cdp } = browser
  const { targetId } = v.parse(Text, await cdp.ask('Target.createTarget', { url: 'about:blank' }))
  const { sessionId } = v.parse(
    Attached,
    await cdp.ask('Target.attachToTarget', { targetId, flatten: true }),
  )
  const loaded = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  const hear: Hear = { heard: () => undefined }
  void browser.ended.then(() => gone.resolve())
  browser.listen(({ method, params, session }) => {
    if (method === 'Fetch.requestPaused') void answer(cdp, params, session, options)
    else if (method === 'Page.loadEventFired') loaded.resolve()
    else if (method === 'Runtime.bindingCalled') passOn(params, hear)
    else if (GONE.has(method)) gone.resolve()
  })
  const ask = (method: string, params = {}) => cdp.ask(method, params, sessionId)
  await Promise.all([
    ask('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
    ask('Page.enable'),
    ask('Runtime.enable'),
    ask('Runtime.addBinding', { name: BINDING }),
  ])
  await ask('Page.navigate', { url: `${ORIGIN}/` })
  await Promise.race([loaded.promise, gone.promise])
  const { result } = v.parse(Evaluated, await ask('Runtime.evaluate', { expression: CONNECT }))
  const post = (message: ToPage) =>
    cdp.tell(
      'Runtime.callFunctionOn',
      { objectId: result.objectId, functionDeclaration: POST, arguments: [{ value: message }] },
      sessionId,
    )
  return {
    post,
    listen: (heard) => (hear.heard = heard),
    gone: gone.promise,
    close: stop,
    confinement: await confinementOf(browser.child.pid),
  }
}

const GONE: ReadonlySet<string> = new Set(['Inspector.targetCrashed', 'Target.detachedFromTarget'])

type Hear = { heard: (message: unknown) => void }

function passOn(params: Readonly<Record<string, unknown>>, hear: Hear): void {
  const called = v.safeParse(Called, params)
  if (called.success && called.output.name === BINDING)
    hear.heard(JSON.parse(called.output.payload))
}

async function answer(
  cdp: Cdp,
  params: Readonly<Record<string, unknown>>,
  session: string,
  { resources, policies = true }: BrowserOptions,
): Promise<void> {
  const { requestId, request } = v.parse(Paused, params)
  const url = new URL(request.url)
  const asset = url.origin === ORIGIN ? await assetAt(resources, url.pathname, policies) : null
  if (asset === null) {
    cdp.tell('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' }, session)
    return
  }
  const responseHeaders = Object.entries(asset.headers).map(([name, value]) => ({ name, value }))
  const body = Buffer.from(asset.body).toString('base64')
  cdp.tell('Fetch.fulfillRequest', { requestId, responseCode: 200, responseHeaders, body }, session)
}
