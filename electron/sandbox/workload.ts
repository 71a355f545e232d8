/**
 * Ordinary programs for measuring the sandbox: three to seven steps on values of known types, never the same twice.
 * Not here: measuring (bench.ts). The mix follows sandbox.md: about 470 characters, some with a class of their own.
 */

type Type = 'int' | 'list' | 'str' | 'dict'

/** `x` is the value so far; `#` stands for a small number of the program's own. */
type Step = readonly [from: Type, to: Type, lines: string]

const STEPS: readonly Step[] = [
  ['int', 'int', 'x = (x * # + #) % 1009'],
  ['int', 'int', 'x = math.gcd(x, #) + math.isqrt(abs(x) + #)'],
  ['int', 'int', 'while x > #:\n    x = x // 3 + 1'],
  ['int', 'list', 'x = [(x * i) % # for i in range(2, 12)]'],
  [
    'int',
    'list',
    'x = list(itertools.accumulate(range(1, abs(x) % # + 3), lambda a, b: a * b % 997))',
  ],
  ['int', 'str', "x = format(abs(x), 'b') + str(x % #)"],
  [
    'int',
    'str',
    "day = datetime.date(2020, 1, 1) + datetime.timedelta(days=abs(x) % 900)\nx = day.isoformat() + '/#'",
  ],
  ['list', 'list', 'x = sorted(set(x), reverse=len(x) % 2 == 0)[:#]'],
  ['list', 'list', 'x = [a - b for a, b in zip(x, x[1:] + [#])]'],
  ['list', 'list', 'random.seed(#)\nx = random.sample(x, len(x))'],
  [
    'list',
    'list',
    'heapq.heapify(x)\nheapq.heappush(x, #)\nx = [heapq.heappop(x) for _ in range(len(x))]',
  ],
  ['list', 'int', 'x = functools.reduce(lambda a, b: (a * 31 + b) % 10007, x, #)'],
  [
    'list',
    'int',
    'total = 0\nfor at, value in enumerate(x):\n    if value % # == 0:\n        total += at * value\n    elif value > at:\n        total -= 1\nx = total',
  ],
  ['list', 'dict', 'x = collections.Counter(value % # for value in x)'],
  [
    'list',
    'dict',
    'groups = collections.defaultdict(list)\nfor value in x:\n    groups[value % # > 2].append(value)\nx = dict(groups)',
  ],
  ['list', 'str', "x = ','.join(str(value + #) for value in x)"],
  ['str', 'str', 'x = x[::-1].upper().replace("1", "one#")'],
  [
    'str',
    'str',
    "x = re.sub('([a-z0-9])\\\\1+', lambda m: m.group(1) + str(len(m.group())), x)[:#0]",
  ],
  ['str', 'list', 'x = [ord(c) % # for c in x]'],
  ['str', 'list', "x = [int(w) for w in re.findall('[0-9]+', x)] + [#]"],
  ['str', 'int', 'x = sum(at * ord(c) for at, c in enumerate(x, #))'],
  [
    'str',
    'dict',
    'x = {c: x.count(c) + # for c in string.ascii_lowercase + string.digits if c in x}',
  ],
  [
    'dict',
    'list',
    'x = [v if isinstance(v, int) else len(v) for _, v in sorted(x.items(), key=str)] or [#]',
  ],
  ['dict', 'int', 'x = len(x) * # + sum(len(str(key)) for key in x)'],
]

const MODULES = 'collections datetime functools heapq itertools math random re string'.split(' ')

const CLASS = `class Stack:
    def __init__(self, items):
        self.items = list(items)

    def push(self, item):
        self.items.append(item)
        return self

    def __len__(self):
        return len(self.items)


`

export type Ordinary = {
  readonly program: string
  /** Ten argument lists. */
  readonly inputs: readonly string[]
}

/** The program of this number; the same number gives the same program. */
export function ordinaryProgram(number: number): Ordinary {
  const draw = numbers(number)
  const lines: string[] = []
  let type: Type = 'int'
  for (let left = 3 + draw(5); left > 0; left--) {
    const from: Type = type
    const steps: readonly Step[] = STEPS.filter((step) => step[0] === from)
    const step: Step | undefined = steps[draw(steps.length)]
    if (step === undefined) break
    lines.push(...step[2].replaceAll('#', () => String(2 + draw(9))).split('\n'))
    type = step[1]
  }
  const withClass = draw(12) === 0
  if (withClass) lines.push('x = (len(Stack([1]).push(x)), x)')
  const text = lines.join('\n')
  const imports = MODULES.filter((name) => text.includes(`${name}.`)).map(
    (name) => `import ${name}`,
  )
  const body = lines.map((line) => `    ${line}\n`).join('')
  const program = `${imports.join('\n')}\n\n\n${withClass ? CLASS : ''}def f(x, y=${draw(50)}):\n    x = x + y\n${body}    return x\n`
  return { program, inputs: Array.from({ length: 10 }, () => `${draw(1000)}, ${draw(50)}`) }
}

/** Small numbers by a linear congruential generator (Numerical Recipes); the workload needs no better. */
function numbers(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
