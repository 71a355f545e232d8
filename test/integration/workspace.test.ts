/**
 * The repository workspace: what fits, what a command may do, and what it cannot reach or leave behind.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { readTree } from '../../electron/sandbox/tree.ts'
import type { TreeFile } from '../../electron/sandbox/tree.ts'
import { openWorkspace } from '../../electron/sandbox/workspace.ts'
import type { Entry, Workspace, WorkspaceOptions } from '../../electron/sandbox/workspace.ts'
import { descendants } from '../hostile/arena.ts'

const text = (path: string, content: string, executable = false): TreeFile => ({
  path,
  executable,
  content: Buffer.from(content),
})

const FILES = [
  text('lib/double.py', 'def double(x):\n    return x * 2\n'),
  text('test_double.py', 'from lib.double import double\nassert double(2) == 4\nprint("passed")\n'),
  text('run.sh', '#!/bin/sh\nexec python3 -s test_double.py\n', true),
]
const BUG = `diff --git a/lib/double.py b/lib/double.py
--- a/lib/double.py
+++ b/lib/double.py
@@ -1,2 +1,2 @@
 def double(x):
-    return x * 2
+    return x * 3
`
const LIMITS = { sizeBytes: 2 ** 20, files: 64, outputBytes: 1_000 }

const opened: Workspace[] = []

async function open(options: WorkspaceOptions = {}, files = FILES): Promise<Workspace> {
  const workspace = await openWorkspace(files, { limits: LIMITS, ...options })
  opened.push(workspace)
  return workspace
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((workspace) => workspace.close()))
  expect(descendants()).toEqual([])
})

/** Ways into namespaces that this machine permits. */
async function entries(): Promise<Entry[]> {
  const found: Entry[] = []
  for (const entry of ['own', 'bubblewrap'] as const) {
    const workspace = await openWorkspace([], { entries: [entry] }).catch(() => null)
    if (workspace === null) continue
    found.push(entry)
    await workspace.close()
  }
  return found
}

const NONE = (await entries()).length === 0
const permitted = test.skipIf(NONE)
const ways = test.skipIf(NONE).for(await entries())

ways('%s: commands see the files, write their own and tell how they ended', async (entry) => {
  const workspace = await open({ entries: [entry] })
  const passed = await workspace.run('./run.sh')
  expect(passed).toMatchObject({ status: 'exited', code: 0, stdout: 'passed\n', truncated: false })
  const failed = await workspace.run('echo one; echo two >&2; echo new > lib/new.txt; exit 7')
  expect(failed).toMatchObject({ status: 'exited', code: 7, stdout: 'one\n', stderr: 'two\n' })
  expect(await workspace.run('kill -9 $$')).toMatchObject({ status: 'killed', code: 9 })
  expect((await workspace.files()).map(({ path, executable }) => [path, executable])).toEqual([
    ['lib/double.py', false],
    ['lib/new.txt', false],
    ['run.sh', true],
    ['test_double.py', false],
  ])
  expect(Buffer.from((await workspace.read('lib/new.txt')) ?? []).toString()).toBe('new\n')
  expect(await workspace.read('nothing')).toBe(null)
})

ways('%s: a command reaches no file, process, network or namespace of the host', async (entry) => {
  const folder = mkdtempSync(join(tmpdir(), 'kelvin-outside-'))
  chmodSync(folder, 0o777)
  writeFileSync(join(folder, 'canary'), 'secret')
  let visitors = 0
  const server = createServer((socket) => {
    visitors += 1
    socket.destroy()
  })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  const workspace = await open({ entries: [entry] })
  const connect = `python3 -c "import socket; socket.create_connection(('127.0.0.1', ${port}), 1)"`
  const attempts = [
    `cat ${folder}/canary`,
    `echo x > ${folder}/written`,
    `ls /home /root /var`,
    'touch /usr/x',
    'touch /x',
    'cat /etc/shadow',
    connect,
    `kill -0 ${process.pid}`,
    'unshare -U true',
    'unshare -n true',
    'mount -t tmpfs none /tmp',
    'cat /proc/1/environ | grep -q PATH',
    'echo x > /proc/sys/kernel/hostname',
    'python3 -c "import os; os.setuid(0)"',
    'python3 -c "import ctypes; c = ctypes.CDLL(None, use_errno=True); exit(c.syscall(425, 8, 0) == -1 and ctypes.get_errno() == 1)"',
  ]
  const replies = await Promise.all(attempts.map((attempt) => workspace.run(attempt)))
  server.close()
  rmSync(folder, { recursive: true })
  const succeeded = attempts.filter((_, at) => replies[at]?.code === 0)
  expect(succeeded).toEqual([])
  expect(visitors).toBe(0)
})

ways('%s: size, number of files, output, processes and time are bounded', async (entry) => {
  const workspace = await open({ entries: [entry] })
  const full = await workspace.run('head -c 4000000 /dev/zero > big; rm -f big')
  expect(full.stderr).toContain('No space left on device')
  const many = await workspace.run('for i in $(seq 200); do : > f$i || exit 9; done')
  expect([many.status, many.code === 0]).toEqual(['exited', false])
  await workspace.run('rm -f f*')
  const loud = await workspace.run('yes | head -c 100000; yes no | head -c 100000 >&2')
  expect([loud.stdout.length, loud.stderr.length, loud.truncated]).toEqual([1_000, 1_000, true])
  const slow = await workspace.run('while :; do :; done', { wallMs: 200 })
  expect(slow.status).toBe('timeout')
  const bomb = await workspace.run('b() { b | b & }; b; b; sleep 60', { wallMs: 500 })
  expect(['timeout', 'exited']).toContain(bomb.status)
  expect((await workspace.run('./run.sh')).stdout).toBe('passed\n')
})

permitted('what a command leaves running ends with it', async () => {
  const workspace = await open()
  const before = descendants().length
  const reply = await workspace.run(
    '(setsid sh -c "while :; do date >> log; done" &) ; sh -c "trap \\"\\" TERM HUP; sleep 1000" & echo started',
  )
  expect(reply).toMatchObject({ status: 'exited', code: 0, stdout: 'started\n' })
  expect(descendants().length).toBe(before)
})

permitted('a patch applies as a whole, back again, or not at all', async () => {
  const workspace = await open()
  if ((await workspace.run('git --version')).code !== 0) return
  expect(await workspace.apply(BUG, { check: true })).toEqual({ ok: true })
  expect((await workspace.run('./run.sh')).code).toBe(0)
  expect(await workspace.apply(BUG)).toEqual({ ok: true })
  expect((await workspace.run('./run.sh')).stderr).toContain('AssertionError')
  expect(await workspace.apply(BUG)).toMatchObject({ ok: false })
  expect(await workspace.apply(BUG, { reverse: true })).toEqual({ ok: true })
  expect((await workspace.run('./run.sh')).code).toBe(0)
  expect(await workspace.apply('no patch at all')).toMatchObject({ ok: false })
  const outside = BUG.replaceAll('lib/double.py', '../../tmp/escaped')
  expect(await workspace.apply(outside)).toMatchObject({ ok: false })
})

permitted(
  'a repository or configuration that a command makes up has no say in patches',
  async () => {
    const workspace = await open()
    if ((await workspace.run('git --version')).code !== 0) return
    await workspace.run(
      'git init -q; git config core.fsmonitor "touch /work/hooked"; git config apply.whitespace error; printf "[apply]\\n whitespace = error\\n" > /tmp/.gitconfig; echo "*.py filter=x" > .gitattributes; git config filter.x.smudge "touch /work/hooked; cat"',
    )
    expect(await workspace.apply(BUG)).toEqual({ ok: true })
    expect((await workspace.run('test -e hooked')).code).toBe(1)
    expect((await workspace.run('git ls-files')).stdout).toBe('')
  },
)

permitted('links, pipes and devices are no files, and lead nowhere', async () => {
  const workspace = await open()
  await workspace.run('ln -s /etc/passwd link; mkfifo pipe; ln -s /usr/bin folder; ln -s loop loop')
  expect((await workspace.files()).map(({ path }) => path)).toEqual([
    'lib/double.py',
    'run.sh',
    'test_double.py',
  ])
  expect([await workspace.read('link'), await workspace.read('pipe')]).toEqual([null, null])
  // A link planted where a file shall be written is not followed.
  await workspace.run('ln -s /tmp/target planted')
  await expect(workspace.write([text('planted', 'x')])).rejects.toMatchObject({ code: 'sandbox' })
  expect((await workspace.run('test -e /tmp/target')).code).toBe(1)
})

permitted('a reset brings the first files back, whatever was done to them', async () => {
  const workspace = await open()
  await workspace.write([text('more/deep/file.txt', 'more')])
  await workspace.run('rm -rf * .??*; mkdir a; chmod 0 .; echo evil > /tmp/left')
  await workspace.reset()
  expect((await workspace.files()).map(({ path }) => path)).toEqual([
    'lib/double.py',
    'run.sh',
    'test_double.py',
  ])
  expect((await workspace.run('./run.sh; ls /tmp')).stdout).toBe('passed\n')
})

permitted('a workspace whose keeper dies says so, and a reset revives it', async () => {
  const workspace = await open()
  const running = workspace.run('sleep 1000', { wallMs: 60_000 })
  await vi.waitFor(() => expect(descendants().length).toBeGreaterThanOrEqual(3), 20_000)
  for (const pid of descendants()) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It went with its parent.
    }
  }
  expect((await running).status).toBe('infra_error')
  expect((await workspace.run('true')).status).toBe('infra_error')
  await workspace.reset()
  expect((await workspace.run('./run.sh')).stdout).toBe('passed\n')
})

permitted('a cancelled command ends at once, and the workspace lives on', async () => {
  const workspace = await open()
  const quiet = descendants().length
  const stop = new AbortController()
  const running = workspace.run('sleep 1000', { wallMs: 600_000 }, stop.signal)
  const cancelled = expect(running).rejects.toMatchObject({ code: 'cancelled' })
  await vi.waitFor(() => expect(descendants().length).toBeGreaterThan(quiet), 20_000)
  stop.abort()
  await cancelled
  expect((await workspace.run('echo on')).stdout).toBe('on\n')
  expect(descendants().length).toBe(quiet)
})

permitted(
  'files that leave the tree or exceed its limits are refused before anything starts',
  async () => {
    for (const path of ['/etc/x', '../x', 'a/../x', 'a//b', './a', '', 'a\0b']) {
      await expect(openWorkspace([text(path, '')])).rejects.toMatchObject({ code: 'usage' })
    }
    const big = text('big', 'x'.repeat(2 ** 20 + 1))
    await expect(open({}, [big])).rejects.toMatchObject({ code: 'usage' })
    const many = Array.from({ length: 65 }, (_, at) => text(`f${at}`, ''))
    await expect(open({}, many)).rejects.toMatchObject({ code: 'usage' })
    const workspace = await open()
    await expect(workspace.write([text('../x', '')])).rejects.toMatchObject({ code: 'usage' })
    await expect(workspace.read('/etc/passwd')).rejects.toMatchObject({ code: 'usage' })
  },
)

test('a folder is read without its links, in order, and within limits', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kelvin-tree-'))
  mkdirSync(join(folder, 'b'))
  writeFileSync(join(folder, 'b', 'two'), '22')
  writeFileSync(join(folder, 'a'), '1')
  chmodSync(join(folder, 'a'), 0o755)
  symlinkSync('/etc/passwd', join(folder, 'link'))
  const files = await readTree(folder, { sizeBytes: 3, files: 2 })
  expect(files.map(({ path, executable, content }) => [path, executable, String(content)])).toEqual(
    [
      ['a', true, '1'],
      ['b/two', false, '22'],
    ],
  )
  await expect(readTree(folder, { sizeBytes: 2, files: 9 })).rejects.toMatchObject({
    code: 'usage',
  })
  await expect(readTree(folder, { sizeBytes: 9, files: 1 })).rejects.toMatchObject({
    code: 'usage',
  })
  rmSync(folder, { recursive: true })
  await expect(readTree(folder, LIMITS)).rejects.toMatchObject({ code: 'usage' })
})
