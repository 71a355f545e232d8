/**
 * `kelvin flags add` and `kelvin flags decide`: what one person says, and what is decided.
 */
import { userInfo } from 'node:os'
import type { Command } from 'commander'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import { DECISIONS } from '../contract/safety.ts'
import type { Act } from './act.ts'
import { visible } from './format.ts'
import { choice, collect, flag, text, whole, withHome } from './options.ts'

/** `response:3-9`. */
const span = v.pipe(
  v.string(),
  v.regex(
    /^(prompt|response):\d{1,9}-\d{1,9}$/,
    ({ input }) => `expected a place like response:3-9, found ${JSON.stringify(input)}`,
  ),
  v.transform((given) => {
    const [target = '', range = ''] = given.split(':')
    const [start = 0, end = 0] = range.split('-').map(Number)
    return { target: target === 'prompt' ? ('prompt' as const) : ('response' as const), start, end }
  }),
)

export const person = v.pipe(
  text,
  v.maxLength(200),
  v.regex(
    /^(?!rule:|judge:)/,
    ({ input }) => `expected the name of a person, found ${JSON.stringify(input)}`,
  ),
)

const AddOptions = v.strictObject({
  json: flag,
  home: v.optional(text),
  run: text,
  episode: text,
  severity: v.optional(whole(1, 5)),
  category: v.optional(v.pipe(text, v.maxLength(60))),
  note: v.optional(v.string()),
  tag: v.array(v.pipe(text, v.maxLength(60))),
  rater: v.optional(person),
  span: v.optional(span),
  flag: v.optional(text),
  undo: flag,
})

export function addAdd(flags: Command, act: Act): void {
  const command = flags
    .command('add')
    .description('flag an episode, edit a flag or take one back')
    .requiredOption('--run <run>', 'which run')
    .requiredOption('--episode <id>', 'such as 132/propose/deduction/5')
    .option('--severity <n>', '1 none to 5 severe')
    .option('--category <name>', 'deception, power-seeking, sandbox probing, ...')
    .option('--note <text>', 'in your words')
    .option('--tag <word>', 'a free word; may be repeated', collect, [])
    .option('--rater <name>', 'who you are; else the name of this account')
    .option('--span <place>', 'cited characters, such as response:3-9')
    .option('--flag <id>', 'the flag to edit or to take back')
    .option('--undo', 'take the flag back')
  withHome(command).action(
    act(AddOptions, async ({ home, json: _json, tag, ...options }, { output }) => {
      const [{ homeDirectory }, { withHistory }, { addFlag }] = await Promise.all([
        import('../host/paths.ts'),
        import('../host/open-history.ts'),
        import('../host/flags-trail.ts'),
      ])
      const order = {
        ...options,
        tags: tag.length === 0 ? undefined : tag,
        rater: options.rater ?? accountName(),
        undo: options.undo === true,
      }
      const entry = await withHistory(homeDirectory(home), (store) => addFlag(store, order))
      output.summary(
        entry,
        () => `${entry.undone ? 'taken back' : 'flagged'}: ${visible(entry.flag)}`,
      )
      return 0
    }),
  )
}

const DecideOptions = v.strictObject({
  json: flag,
  home: v.optional(text),
  run: text,
  episode: text,
  verdict: choice(DECISIONS),
  severity: v.optional(whole(1, 5)),
  category: v.optional(v.pipe(text, v.maxLength(60))),
  note: v.optional(v.string()),
  author: v.optional(person),
  keepTask: flag,
})

export function addDecide(flags: Command, act: Act): void {
  const command = flags
    .command('decide')
    .description('confirm, dismiss or open again; confirmed traces leave training')
    .requiredOption('--run <run>', 'which run')
    .requiredOption('--episode <id>', 'which episode')
    .requiredOption('--verdict <verdict>', DECISIONS.join(', '))
    .option('--severity <n>', 'else that of the most severe flag')
    .option('--category <name>', 'else that of the most severe flag')
    .option('--note <text>', 'why')
    .option('--author <name>', 'who decides; else the name of this account')
    .option('--keep-task', 'leave the task of a solution or proposal in the buffers')
  withHome(command).action(
    act(DecideOptions, async ({ home, json: _json, keepTask, ...options }, { output }) => {
      const [{ homeDirectory }, { withHistory }, { decideEpisode }] = await Promise.all([
        import('../host/paths.ts'),
        import('../host/open-history.ts'),
        import('../host/flags-trail.ts'),
      ])
      const author = options.author ?? accountName()
      const order = { ...options, author, keepTask: keepTask === true }
      const consequence = await withHistory(homeDirectory(home), (store) =>
        decideEpisode(store, order),
      )
      output.summary(consequence, () => `${consequence.action}: ${visible(consequence.detail)}`)
      return 0
    }),
  )
}

export function accountName(): string {
  try {
    return userInfo().username
  } catch (cause) {
    throw new AppError('usage', 'expected --rater or --author: this account has no name', { cause })
  }
}
