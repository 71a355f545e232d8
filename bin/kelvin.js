#!/usr/bin/env node
/*
 * The command as it is installed: plain JavaScript that any Node can read, so that an old one gets a sentence
 * instead of a syntax error. Not here: anything else (electron/cli.ts).
 */
const [major, minor] = process.versions.node.split('.').map(Number)

function fail(sentence) {
  process.stderr.write(`kelvin: ${sentence}\n`)
  process.exitCode = 2
}

async function start() {
  // Node strips types everywhere but in packages; a loader of our own does it there, in every thread and process.
  const { isInstalled, startInstalled } = await import('./installed.js')
  await (isInstalled ? startInstalled() : import('../electron/cli.ts'))
}

if (major < 22 || (major === 22 && minor < 18)) {
  fail(`Kelvin needs Node 22.18 or later, found ${process.versions.node}`)
} else {
  start().catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    const [sentence] = error.message.split('\n')
    fail(`a package is missing, run npm ci: ${sentence}`)
  })
}
