"""What CPython says, for the property tests beside this file. Prints one JSON line per case.

Written apart from the code under test: its own canonical writer, its own generator.
Usage: oracle.py SEED PAIRS LITERALS
"""
import ast
import json
import random
import re
import struct
import sys
import warnings
from collections import Counter, OrderedDict, defaultdict, deque

warnings.simplefilter('ignore')
seed, pairs, literals = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
rng = random.Random(seed)
emit = sys.stdout.write


def canonical(v):
    t = type(v)
    if v is None:
        return 'N'
    if t is bool:
        return 'T' if v else 'F'
    if t is int:
        return 'i' + format(v, 'x') + ';'
    if t is float:
        return 'f' + repr(v) + ';'
    if t is complex:
        return 'c' + repr(v.real) + ',' + repr(v.imag) + ';'
    if t is str:
        return 's' + v.encode('utf-8', 'surrogatepass').hex() + ';'
    if t is bytes:
        return 'b' + v.hex() + ';'
    if t is list:
        return '[' + ''.join(map(canonical, v)) + ']'
    if t is tuple:
        return '(' + ''.join(map(canonical, v)) + ')'
    if t is deque:
        return 'q[' + ''.join(map(canonical, v)) + ']'
    if t is set or t is frozenset:
        return '{' + ''.join(sorted(map(canonical, v))) + '}'
    entries = [canonical(k) + ':' + canonical(w) for k, w in v.items()]
    if t is dict or t is defaultdict:
        return '<' + ''.join(sorted(entries)) + '>'
    if t is Counter:
        return 'C<' + ''.join(sorted(entries)) + '>'
    if t is OrderedDict:
        return 'O<' + ''.join(entries) + '>'
    raise TypeError(t.__name__)


INTS = [0, 1, -1, 2, 3, 255, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, 2**64, 10**22, 10**40, 10**400, -(10**400), int(1e23)]
FLOATS = [0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 0.1, 1e16, 1e22, 1e23, 5e-324, 1.7976931348623157e308, float(2**53),
          float(2**53 + 2), 1e-4, 1e-5, 123456789.125, float('inf'), float('-inf'), float('nan'), 3.0, 255.0]
# Ranges that are assigned, or not characters, in every Unicode version of the last twenty years.
POINTS = [(0, 0x17F)] * 4 + [(0x391, 0x3A1), (0x410, 0x44F), (0x4E00, 0x9FA5), (0x1F600, 0x1F640), (0x200B, 0x200F), (0x2028, 0x202F),
                             (0x3000, 0x3000), (0xE000, 0xE010), (0xFFFE, 0xFFFF), (0x10FFFE, 0x10FFFF), (0xFEFF, 0xFEFF)]
SURROGATES = ['\ud83d', '\ude00', '\ud83d\ude00', '\ud800', '\udfff', '\U0001F600']


def some_float():
    roll = rng.random()
    if roll < 0.6:
        return rng.choice(FLOATS)
    if roll < 0.8:
        return struct.unpack('<d', rng.getrandbits(64).to_bytes(8, 'little'))[0]
    return rng.randrange(-10**6, 10**6) / 10 ** rng.randrange(0, 9)


def some_str(surrogates=True):
    size = rng.choice([0, 1, 1, 2, 3, 5])
    parts = []
    for _ in range(size):
        if surrogates and rng.random() < 0.15:
            parts.append(rng.choice(SURROGATES))
        elif rng.random() < 0.5:
            parts.append(rng.choice('ab\'"\\\n\0 x'))
        else:
            parts.append(chr(rng.randint(*rng.choice(POINTS))))
    return ''.join(parts)


def scalar():
    roll = rng.randrange(12)
    if roll == 0:
        return None
    if roll == 1:
        return rng.random() < 0.5
    if roll < 5:
        return rng.choice(INTS) if rng.random() < 0.5 else rng.randrange(-5, 6)
    if roll < 7:
        return some_float()
    if roll == 7:
        return complex(some_float(), rng.choice([0.0, -0.0, 1.0, some_float()]))
    if roll < 11:
        return some_str()
    return bytes(rng.choice([0, 9, 10, 34, 39, 65, 92, 127, 128, 255]) for _ in range(rng.randrange(4)))


def hashable(depth):
    if depth > 0 and rng.random() < 0.2:
        items = [hashable(depth - 1) for _ in range(rng.randrange(3))]
        return tuple(items) if rng.random() < 0.5 else frozenset(items)
    return scalar()


def entries(depth):
    return [(hashable(1), value(depth - 1)) for _ in range(rng.randrange(4))]


def value(depth):
    if depth == 0 or rng.random() < 0.35:
        return scalar()
    kind = rng.randrange(9)
    if kind < 3:
        return (list, tuple, deque)[kind](value(depth - 1) for _ in range(rng.randrange(4)))
    if kind == 3:
        return {hashable(1) for _ in range(rng.randrange(4))}
    if kind == 4:
        return frozenset(hashable(1) for _ in range(rng.randrange(4)))
    if kind == 5:
        return dict(entries(depth))
    if kind == 6:
        return defaultdict(int, entries(depth))
    if kind == 7:
        return Counter({k: rng.choice([0, 0, 1, 2, False, 0.0, value(0)]) for k, _ in entries(1)})
    return OrderedDict(entries(depth))


def copy(v, change):
    """A value built anew (so that no NaN is shared), now and then changed at some place."""
    t = type(v)
    roll = rng.random() if change else 1.0
    if roll < 0.04:
        return hashable(1) if change == 'key' else value(1)
    inner = 'key' if change == 'key' else change
    if t in (bool, int, float, complex):
        return number(v, roll)
    if t is str or t is bytes or v is None:
        return near(v) if roll < 0.08 else v
    if t in (list, tuple, deque):
        items = [copy(x, inner) for x in v]
        if roll < 0.1 and change != 'key':
            t = rng.choice([list, tuple, deque])
        return t(items)
    if t in (set, frozenset):
        items = [copy(x, change and 'key') for x in v]
        rng.shuffle(items)
        return (rng.choice([set, frozenset]) if change is True else t)(items)
    pairs = [(copy(k, change and 'key'), copy(w, change and True)) for k, w in v.items()]
    if roll < 0.4:
        rng.shuffle(pairs)
    if roll < 0.3:
        t = rng.choice([dict, OrderedDict, Counter, defaultdict])
    if t is Counter and roll < 0.5:
        pairs = [p for p in pairs if p[1] != 0 or rng.random() < 0.5]
    return defaultdict(int, pairs) if t is defaultdict else t(dict(pairs)) if t is Counter else t(pairs)


def near(v):
    if type(v) is str and v:
        return v[:-1] if rng.random() < 0.5 else v.encode('utf-16', 'surrogatepass').decode('utf-16', 'surrogatepass')
    return v


def number(v, roll):
    try:
        if v != v:
            return type(v)('nan')
        if roll < 0.12:
            return float(v)
        if roll < 0.2:
            return complex(v)
        if roll < 0.3:
            return int(v)
        if roll < 0.36:
            return -v
        if roll < 0.4:
            return v + 1
        if roll < 0.44 and v in (0, 1):
            return bool(v)
    except (TypeError, ValueError, OverflowError):
        pass
    return v


def plain_repr(v):
    """Whether canonical text determines repr: no order, no two types of one text, none whose repr changed with versions."""
    t = type(v)
    if t in (list, tuple, deque):
        return all(map(plain_repr, v))
    if t in (set, dict):
        return len(v) < 2 and all(map(plain_repr, v)) and (t is set or all(map(plain_repr, v.values())))
    if t is Counter:
        return len(v) < 2 and all(type(n) is int for n in v.values()) and all(map(plain_repr, v))
    return t not in (frozenset, defaultdict, OrderedDict)


SPACES = ['', '', '', ' ', '  ', '\t', '\n', '\\\n', ' # c\n', '\r\n', '\f']


def space():
    return rng.choice(SPACES) if rng.random() < 0.3 else ''


def number_source():
    pick = rng.choice
    digits = lambda: pick(['0', '1', '7', '10', '1_0', '007', '00', '123_456', '9' * 30, '1__0', '1_'])
    return pick([
        digits, lambda: '0x' + pick(['fF', '_1', '', '1_', 'g']), lambda: pick(['0o17', '0O_7', '0o8', '0b101', '0B1_1', '0b2', '0777', '00_0']),
        lambda: digits() + '.' + pick(['', '5', '2_5', '_5']), lambda: '.' + pick(['5', '0_1', '']),
        lambda: digits() + pick(['e5', 'E-3', 'e+1_0', 'e', 'e400', '.5e-400', 'j', 'J', '.5j', 'e2j', 'l', 'ej']),
        lambda: pick(['-', '+', '- ', '--', '-+']) + digits(), lambda: pick(['', '-']) + digits() + pick(['+', '-', ' + ', '- ', '+-']) + digits() + pick(['j', 'j', '']),
        lambda: '(' + digits() + ')' + '-' + '(' + digits() + 'j)', lambda: '-(' + digits() + ')', lambda: digits() + 'j+' + digits() + 'j'])()


def string_source():
    piece = lambda: rng.choice(['a', ' ', '\\n', '\\x41', '\\x4', '\\u00e9', '\\ud83d', '\\ude00', '\\U0001F600', '\\U00110000', '\\101', '\\777', '\\08', '\\q', '\\\\',
                                '\\\'', '\\"', '\\\n', '\n', '\r', '\u00e9', '\U0001F600', '\u2028', "'", '"', '\t', '\\u12', '\\', '\x7f', 'b', '{}', '#'])
    literal = lambda: (rng.choice(['', '', '', 'b', 'r', 'u', 'B', 'Rb', 'bR', 'f', 'ur', 'U']) + (q := rng.choice(["'", '"', "'''", '"""'])) +
                       ''.join(piece() for _ in range(rng.randrange(5))) + q)
    return space().join(literal() for _ in range(rng.choice([1, 1, 1, 2])))


def source(depth):
    roll = rng.random()
    if depth == 0 or roll < 0.5:
        return rng.choice([number_source, number_source, string_source, lambda: rng.choice(['None', 'True', 'False', '()', '[]', '{}', 'set()', 'set ( )'])])()
    items = [space() + source(depth - 1) + space() for _ in range(rng.randrange(4))]
    tail = ',' if items and rng.random() < 0.3 else ''
    if roll < 0.65:
        return '[' + ','.join(items) + tail + space() + ']'
    if roll < 0.8:
        return '(' + ','.join(items) + tail + ')'
    if roll < 0.88:
        return '{' + ','.join(items) + tail + '}'
    return '{' + ','.join(x + ':' + space() + source(depth - 1) for x in items) + tail + '}'


ALPHABET = list('()[]{},:\'"\\+-.*0123456789_eEjxbruN\n\r\t #=') + ['\f', '\u00e9', '\0', ' ,', '\\\n', '...', '0x', '1', ',']


def mutate(text):
    for _ in range(rng.choice([0, 0, 1, 1, 2, 4])):
        at = rng.randrange(len(text) + 1)
        roll = rng.random()
        if roll < 0.4:
            text = text[:at] + rng.choice(ALPHABET) + text[at:]
        elif roll < 0.7:
            text = text[:at] + text[at + 1:]
        else:
            text = text[:at] + rng.choice(ALPHABET) + text[at + 1:]
    return text


# What is taken beyond ast.literal_eval; in a repr `inf` and `nan` are plain names.
EXTENSION = re.compile(r'nan|inf|frozenset|set\b(?![\s\\]*\([\s\\]*\))|Counter|OrderedDict|deque|defaultdict|float')


def literal_case():
    if rng.random() < 0.5:
        text = repr(value(3))
        if not EXTENSION.search(text):
            text = mutate(text)
    else:
        text = rng.choice(['', '', '', ' ', '\n', '# c\n', ' \n', '\n ']) + mutate(source(3)) + rng.choice(['', '', ' ', '\n', '\n\n # c', ',', ', 1'])
    if '\\N{' in text:
        return  # refused by design: it needs a table of names
    if re.match(r'(?:\s|#[^\r\n]*[\r\n])*\\', text):
        return  # a joined line before the first token: versions of CPython differ
    if sys.version_info >= (3, 14) and 'j' in text.lower():
        return  # sums of a float and a complex number keep more signs of zero from 3.14 on
    text = re.sub(r'([\r\n])[ \t\f]+$', r'\1', text)  # refused by CPython only: blanks on a last line without line end
    try:
        out = canonical(ast.literal_eval(text))
    except Exception:
        out = None
    case = {'kind': 'literal', 'text': text, 'out': out}
    if out is None and EXTENSION.search(text):
        case = {'kind': 'extension', 'text': text, 'out': extension(text)}
    if case['kind'] == 'literal' or case['out'] is not None:
        emit(json.dumps(case) + '\n')


NAMES = {'nan': float('nan'), 'inf': float('inf'), 'nanj': complex(0, float('nan')), 'infj': complex(0, float('inf'))}
NAMES |= {t.__name__: t for t in (Counter, OrderedDict, deque, set, frozenset, float, int)}


def extension(text):
    text = text.replace("<class 'int'>", 'int')
    if '*' in text:
        return None  # no powers
    try:
        return canonical(eval(text, {'__builtins__': {}, **NAMES, 'defaultdict': defaultdict}))
    except Exception:
        return None


for i in range(pairs):
    a = value(3)
    b = copy(a, True) if rng.random() < 0.9 else value(2)
    a_text, b_text = canonical(a), canonical(b)
    case = {'kind': 'pair', 'a': a_text, 'b': b_text, 'equal': bool(copy(a, False) == b)}
    if rng.random() < 0.3 and plain_repr(a):
        case['repr'] = repr(a)
    if i % 4 == 0 and not re.search('OrderedDict|[0-9fn]j', repr(a)) and not isinstance(a, Counter):
        case['text'] = repr(a)
    emit(json.dumps(case) + '\n')
for _ in range(literals):
    literal_case()
emit(json.dumps({'kind': 'end', 'version': list(sys.version_info[:2])}) + '\n')
