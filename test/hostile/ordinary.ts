/**
 * A script: gives up root for good, then runs the corpus under one way and prints the bouts as JSON.
 * Usage: node ordinary.ts WAY RESOURCES
 */
import { fight, openArena } from './arena.ts'
import { WAYS, openWay } from './ways.ts'
import type { Way } from './ways.ts'

const NOBODY = 65534

const isWay = (word: string): word is Way => Object.hasOwn(WAYS, word)

const [way = '', resources = ''] = process.argv.slice(2)
if (!isWay(way)) throw new Error(`way: expected ${Object.keys(WAYS).join(', ')}, found ${way}`)

process.setgroups?.([NOBODY])
process.setgid?.(NOBODY)
process.setuid?.(NOBODY)

const sandbox = await openWay(way, { workers: 2, resources })
if (sandbox === null) console.log('null')
else {
  const arena = await openArena()
  const bouts = await fight(sandbox, arena)
  arena.close()
  await sandbox.close()
  console.log(JSON.stringify({ level: sandbox.level, bouts }))
}
