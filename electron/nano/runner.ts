/**
 * The Python text that runs many grammar programs inside one sandboxed child.
 * Not here: sending it and reading its reply (execute.ts). Never for model-written programs: those share nothing.
 */

import { TELLING } from './steps.ts'

/** Between two steps; ASCII's unit separator. */
export const SEPARATOR = '\u001f'
/** Outputs beyond these are dropped, as nano.md's value ranges say. */
export const VALUE_LIMITS = { magnitude: 999, listLength: 12, stringLength: 14 } as const

/**
 * f takes JSON text [[wanted, told, program, [input, ...]], ...] and returns one line per program: nothing where the
 * program is unusable, else `index TAB repr of the output TAB steps` for the first `wanted` usable inputs,
 * TAB-joined; the steps are SEPARATOR-joined, and none where they are not to be told or too many.
 * repr never holds a control character. A program may lose two inputs to exceptions or limits.
 * The grammar loops over lists, strings and ranges only, so a bounded range bounds every program.
 */
export const RUNNER = `import json
import builtins

MAGNITUDE = ${VALUE_LIMITS.magnitude}
LENGTHS = {str: ${VALUE_LIMITS.stringLength}, list: ${VALUE_LIMITS.listLength}}


def short_range(*bounds):
    numbers = range(*bounds)
    if len(numbers) > 100:
        raise ValueError('long range')
    return numbers


NAMES = dict(vars(builtins), range=short_range)


def small(value):
    return type(value) is int and -MAGNITUDE <= value <= MAGNITUDE


def usable(value):
    kind = type(value)
    if kind is bool:
        return True
    if kind is int:
        return small(value)
    if kind is str:
        return len(value) <= LENGTHS[str] and value.isascii() and value.isprintable()
    return kind is list and len(value) <= LENGTHS[list] and all(map(small, value))


${TELLING}

def untold(program, names):
    space = {'__builtins__': names}
    exec(program, space)
    return space['f'], []


def attempt(wanted, telling, program, inputs):
    run, lines = (told if telling else untold)(program, NAMES)
    pieces = []
    losses = 0
    for index, value in enumerate(inputs):
        lines.clear()
        try:
            output = run(value)
            good = usable(output)
        except Exception:
            good = False
        if good:
            steps = ${JSON.stringify(SEPARATOR)}.join(lines) if len(lines) <= MOST_STEPS else ''
            pieces.append(f'{index}\\t{output!r}\\t{steps}')
            if len(pieces) == wanted:
                return '\\t'.join(pieces)
        else:
            losses += 1
            if losses > 2:
                return ''
    return ''


def f(text):
    return '\\n'.join([attempt(*item) for item in json.loads(text)])
`
