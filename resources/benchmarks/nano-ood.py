# Hand-written functions that the nano grammar cannot make: the source of nano-ood.jsonl.
# The comment above each function names the type of its argument, for an int also the range of the inputs.

# list
def f(x):
    return x + x[::-1]

# list
def f(x):
    return max(x) - min(x)

# list
def f(x):
    return x[1:] + x[:1]

# list
def f(x):
    return [x[-1]] + x[:-1]

# list
def f(x):
    return sum(x) // len(x)

# list
def f(x):
    return x[0] + x[-1]

# list
def f(x):
    return x[0] * len(x)

# list
def f(x):
    return [i for i in x if i > x[0]]

# list
def f(x):
    return [i - min(x) for i in x]

# list
def f(x):
    return [i for i in x if i != max(x)]

# list
def f(x):
    return x == sorted(x)

# list
def f(x):
    return x == x[::-1]

# list
def f(x):
    return sorted(x)[len(x) // 2]

# list
def f(x):
    return x[::2] + x[1::2]

# list
def f(x):
    return [len(x), sum(x), max(x)]

# list
def f(x):
    return x.index(max(x))

# list
def f(x):
    return len(x) - len(set(x))

# list
def f(x):
    return x[len(x) // 2:] + x[:len(x) // 2]

# list
def f(x):
    return sum(x[::2]) - sum(x[1::2])

# list
def f(x):
    return [x.count(i) for i in x]

# list
def f(x):
    return max(x) * min(x)

# list
def f(x):
    return [i * len(x) for i in x]

# list
def f(x):
    return [i + x[0] for i in x[1:]]

# list
def f(x):
    return max(x, key=lambda i: i % 7)

# str
def f(x):
    return x[1:] + x[0]

# str
def f(x):
    return x.replace(x[0], '')

# str
def f(x):
    return x.count(x[0])

# str
def f(x):
    return x.replace(x[-1], x[0])

# str
def f(x):
    return max(x) + min(x)

# str
def f(x):
    return ''.join(c for c in x if c >= x[0])

# str
def f(x):
    return ''.join(c for c in x if x.count(c) == 1)

# str
def f(x):
    return [x.count(c) for c in x]

# str
def f(x):
    return x.find(max(x))

# str
def f(x):
    return x * (len(x) % 3)

# str
def f(x):
    return ord(x[0]) - ord(x[-1])

# str
def f(x):
    return sorted(x) == list(x)

# int 0..20
def f(x):
    return x * x - x

# int 0..20
def f(x):
    return x * (x + 1) // 2

# int 0..60
def f(x):
    return x // 10 + x % 10

# int 0..60
def f(x):
    return x - x % 7

# int 0..60
def f(x):
    return (x // 7) * (x % 7)

# int 10..99
def f(x):
    return x % 10 * 10 + x // 10

# int 0..20
def f(x):
    return [x - 1, x, x + 1]

# int -9..20
def f(x):
    return x * abs(x)

# int 0..12
def f(x):
    return [x - i for i in range(x)]

# int 1..12
def f(x):
    return [i for i in range(1, x + 1) if x % i == 0]

# int 2..30
def f(x):
    return sum(i for i in range(1, x) if x % i == 0)

# int 1..12
def f(x):
    return list(range(x)) + [x]

# int 0..60
def f(x):
    return str(x) + str(x + 1)

# int 0..60
def f(x):
    return str(x) == str(x)[::-1]

# int 0..60
def f(x):
    return x ^ x >> 1

# int 1..60
def f(x):
    return x & -x

# int 2..30
def f(x):
    return all(x % i for i in range(2, x))

# list
def f(x):
    while len(x) > 2:
        x = x[1:]
    return x

# list
def f(x):
    while x and x[0] < 9:
        x = x[1:]
    return x

# list
def f(x):
    while len(x) < 5:
        x = x + [0]
    return x

# list
def f(x):
    y = 0
    while y < len(x) and x[y] > 4:
        y += 1
    return y

# list
def f(x):
    x = sorted(x)
    while sum(x) > 20:
        x = x[:-1]
    return x

# list
def f(x):
    y = []
    while x:
        y.append(x[0])
        x = x[1:][::-1]
    return y

# list
def f(x):
    while len(x) > 1:
        x = [x[0] + x[1]] + x[2:]
    return x

# list
def f(x):
    while len(x) > 1:
        x = [abs(x[0] - x[1])] + x[2:]
    return x[0]

# str
def f(x):
    while len(x) > 3:
        x = x[1:-1]
    return x

# str
def f(x):
    while len(x) < 6:
        x = x + 'a'
    return x

# str
def f(x):
    while x and x[-1] > 'c':
        x = x[:-1]
    return x

# str
def f(x):
    while x and x[0] == x[-1]:
        x = x[1:-1]
    return x

# str
def f(x):
    y = ''
    while x:
        y += x[0]
        x = x[1:][::-1]
    return y

# str
def f(x):
    y = 0
    while len(x) > 1:
        x = x[::2]
        y += 1
    return y

# int 1..60
def f(x):
    y = 0
    while x > 1:
        x = x // 2
        y += 1
    return y

# int 1..30
def f(x):
    y = 1
    while y < x:
        y = y * 2
    return y

# int 0..60
def f(x):
    while x > 9:
        x = x // 10 + x % 10
    return x

# int 0..60
def f(x):
    while x > 6:
        x = x - 6
    return x

# int 1..60
def f(x):
    y = []
    while x > 0:
        y.append(x % 2)
        x = x // 2
    return y

# int 1..60
def f(x):
    y = []
    while x > 0:
        y.append(x)
        x = x // 3
    return y

# int 1..60
def f(x):
    while x % 2 == 0:
        x = x // 2
    return x

# int 1..12
def f(x):
    y = 0
    while x != 1:
        x = x // 2 if x % 2 == 0 else x * 3 + 1
        y += 1
    return y

# int 2..60
def f(x):
    y = 2
    while x % y != 0:
        y += 1
    return y

# int 0..60
def f(x):
    y = 0
    while y * y < x:
        y += 1
    return y

# int 1..60
def f(x):
    y = ''
    while x > 0:
        y = str(x % 3) + y
        x = x // 3
    return y

# list
def f(x):
    if len(x) < 3:
        return x
    return x[1:-1]

# list
def f(x):
    if sum(x) % 2 == 0:
        return x[0]
    return x[-1]

# list
def f(x):
    for i in x:
        if i > 7:
            return i
    return 0

# list
def f(x):
    for i in x:
        if i < 0:
            return [i]
    return x

# list
def f(x):
    if max(x) > 12:
        return max(x)
    return sum(x)

# list
def f(x):
    if x[0] > x[-1]:
        return x[::-1]
    return x

# list
def f(x):
    for i in range(len(x)):
        if x[i] % 2 == 0:
            return i
    return -1

# list
def f(x):
    y = 0
    for i in x:
        y += i
        if y > 15:
            return y
    return -y

# list
def f(x):
    if len(x) == 1:
        return x * 3
    if len(x) == 2:
        return x * 2
    return x

# str
def f(x):
    if len(x) < 4:
        return x.upper()
    return x[:4]

# str
def f(x):
    for c in x:
        if c > 'd':
            return c
    return ''

# str
def f(x):
    if 'a' in x:
        return x.find('a')
    return len(x)

# str
def f(x):
    if x[0] == x[-1]:
        return x[1:]
    return x[0] + x

# str
def f(x):
    for i in range(len(x)):
        if x[i] < 'd':
            return x[i:]
    return x

# str
def f(x):
    y = ''
    for c in x:
        if c in y:
            return y
        y += c
    return y

# str
def f(x):
    if x < 'd':
        return x + 'a'
    if x < 'f':
        return x + 'b'
    return x

# int -9..20
def f(x):
    if x < 0:
        return 0
    return x * 2

# int 0..20
def f(x):
    if x % 2 == 0:
        return x // 2
    return x * 3 + 1

# int 0..20
def f(x):
    if x > 10:
        return [x]
    return list(range(x))

# int 2..40
def f(x):
    for i in range(2, x):
        if x % i == 0:
            return i
    return x

# int 0..60
def f(x):
    for i in range(20):
        if i * i > x:
            return i
    return 20

# int -9..20
def f(x):
    if x < 0:
        return 'a'
    if x < 9:
        return 'b'
    return 'c'

# list
def f(x):
    y = 0
    for i in x:
        for j in x:
            if i < j:
                y += 1
    return y

# list
def f(x):
    y = []
    for i in x[:2]:
        for j in x[-2:]:
            y.append(i + j)
    return y

# list
def f(x):
    y = 0
    for i in range(len(x)):
        for j in range(i):
            if x[j] > x[i]:
                y += 1
    return y

# list
def f(x):
    y = []
    for i in x:
        for j in range(i % 3):
            y.append(i)
    return y

# list
def f(x):
    return max([abs(i - j) for i in x for j in x])

# list
def f(x):
    return [i * j for i in x[:2] for j in x[:2]]

# list
def f(x):
    y = []
    for i in range(len(x)):
        y.append(sum(x[:i]))
    return y

# str
def f(x):
    y = ''
    for i in range(2):
        for c in x[:3]:
            y += c
    return y

# str
def f(x):
    y = 0
    for c in x:
        for d in x:
            if c > d:
                y += 1
    return y

# str
def f(x):
    y = ''
    for i in range(len(x)):
        y += x[i] * (i % 3)
    return y

# str
def f(x):
    return ''.join(c + d for c in x[:2] for d in x[-2:])

# int 1..6
def f(x):
    y = 0
    for i in range(x):
        for j in range(i):
            y += j
    return y

# int 0..6
def f(x):
    y = []
    for i in range(x):
        y = y + [i] * 2
    return y

# int 0..20
def f(x):
    y = []
    for i in range(1, x % 5 + 1):
        for j in range(i):
            y.append(j)
    return y

# int 1..30
def f(x):
    y = 0
    for i in range(1, x):
        for j in range(i, x):
            if i * j == x:
                y += 1
    return y

# list
def f(x):
    y = {}
    for i in x:
        y[i] = y.get(i, 0) + 1
    return max(y.values())

# list
def f(x):
    y = {i % 3: i for i in x}
    return sorted(y.values())

# list
def f(x):
    y = {}
    for i in x:
        y[i % 2] = i
    return y.get(0, -1)

# list
def f(x):
    y = set()
    for i in x:
        y.add(i // 5)
    return sorted(y)

# list
def f(x):
    y = set(x)
    return [i for i in range(8) if i not in y]

# list
def f(x):
    return sorted(set(x) & {1, 2, 3, 5, 8, 13})

# list
def f(x):
    return len({i % 4 for i in x})

# list
def f(x):
    y = {1: 5, 2: 7, 3: 9}
    return [y.get(i, i) for i in x]

# list
def f(x):
    return sorted(set(range(6)) - set(x))

# str
def f(x):
    y = {}
    for c in x:
        y[c] = y.get(c, 0) + 1
    return max(y.values())

# str
def f(x):
    y = {'a': 'h', 'b': 'g', 'c': 'f'}
    return ''.join(y.get(c, c) for c in x)

# str
def f(x):
    y = {c: i for i, c in enumerate(x)}
    return sorted(y.values())

# str
def f(x):
    y = set()
    for c in x:
        if c not in y:
            y.add(c)
    return len(y) * 2

# str
def f(x):
    y = dict(zip('abcd', 'dcba'))
    return ''.join(y.get(c, 'x') for c in x)

# str
def f(x):
    return len(set(x) & set('abcd'))

# str
def f(x):
    return ''.join(sorted(set('abcdefgh') - set(x)))

# int 0..20
def f(x):
    y = {0: 'a', 1: 'b', 2: 'c'}
    return y[x % 3]

# int 0..60
def f(x):
    y = {i * i % 10 for i in range(x % 8)}
    return sorted(y)

# int 0..20
def f(x):
    return f'{x}-{x + 1}'

# int 0..60
def f(x):
    return f'{x:04d}'

# int 0..60
def f(x):
    return '%d!' % (x * 2)

# int 0..60
def f(x):
    return 'a{}b{}'.format(x // 10, x % 10)

# int 0..20
def f(x):
    return hex(x * 7)[2:]

# int 0..20
def f(x):
    return f'{x:b}'

# str
def f(x):
    return f'({x})'

# str
def f(x):
    return '%s%d' % (x, len(x))

# str
def f(x):
    return f'{x[0]}{len(x)}{x[-1]}'

# str
def f(x):
    return '{:>8}'.format(x)

# list
def f(x):
    return f'{min(x)}..{max(x)}'

# list
def f(x):
    return '/'.join('%d' % i for i in x[:3])

# list
def f(x):
    return list(map(lambda i: i * 2 + 1, x))

# list
def f(x):
    return list(filter(lambda i: i % 3 != 0, x))

# list
def f(x):
    return sorted(x, key=lambda i: -i)

# list
def f(x):
    return sorted(x, key=lambda i: i % 5)

# list
def f(x):
    g = lambda i: i * i - i
    return g(x[0])

# list
def f(x):
    g = lambda a, b: a * 2 - b
    return g(x[0], x[-1])

# list
def f(x):
    def g(i):
        return i // 2 + 1
    return [g(i) for i in x]

# list
def f(x):
    def g(a, b):
        return a if a > b else b
    return g(x[0], len(x))

# str
def f(x):
    return ''.join(map(lambda c: c + c.upper(), x))

# str
def f(x):
    return ''.join(sorted(x, key=lambda c: (c > 'd', c)))

# str
def f(x):
    return ''.join(filter(lambda c: c not in 'aeg', x))

# str
def f(x):
    def g(c):
        return 'abcdefgh'.find(c)
    return sum(g(c) for c in x)

# int 0..20
def f(x):
    g = lambda a: a + 3
    return g(g(x))

# int 0..12
def f(x):
    def g(a):
        return a * a
    return g(x) - g(x - 1)

# int 0..20
def f(x):
    return (lambda a, b: a * b)(x, x % 4)

# list
def f(x):
    return [i * j for i, j in enumerate(x)]

# list
def f(x):
    return [i for i, j in enumerate(x) if j > 5]

# list
def f(x):
    return [a + b for a, b in zip(x, x[1:])]

# list
def f(x):
    return [b - a for a, b in zip(x, x[1:])]

# list
def f(x):
    return sum(a * b for a, b in zip(x, x[::-1]))

# list
def f(x):
    return [max(a, b) for a, b in zip(x, x[::-1])]

# list
def f(x):
    y = 0
    for i, j in enumerate(x):
        if i % 2 == 1:
            y += j
    return y

# list
def f(x):
    return [j for i, j in enumerate(x) if i != 1]

# list
def f(x):
    return sum(a < b for a, b in zip(x, x[1:]))

# list
def f(x):
    return [i + j for i, j in enumerate(x, 1)]

# list
def f(x):
    return [a for a, b in zip(x, sorted(x)) if a == b]

# str
def f(x):
    return ''.join(c * i for i, c in enumerate(x[:4]))

# str
def f(x):
    return ''.join(c for i, c in enumerate(x) if i % 3 == 0)

# str
def f(x):
    return ''.join(a + b for a, b in zip(x, x[::-1]))

# str
def f(x):
    return sum(a == b for a, b in zip(x, x[1:]))

# str
def f(x):
    return ''.join(a for a, b in zip(x, x[1:]) if a < b)

# str
def f(x):
    return [i for i, c in enumerate(x) if c > 'd']

# str
def f(x):
    return ''.join(max(a, b) for a, b in zip(x, x[1:]))

# str
def f(x):
    return ''.join(c.upper() if i == 0 else c for i, c in enumerate(x))

# int 0..60
def f(x):
    return [a * b for a, b in zip(range(x % 5), range(3, 9))]

# int 0..60
def f(x):
    return sum(i * int(c) for i, c in enumerate(str(x)))

# list
def f(x):
    if len(x) > 4:
        x = x[:4]
    elif len(x) > 2:
        x = x[:2]
    else:
        x = x * 2
    return x

# list
def f(x):
    y = sum(x)
    if y > 30:
        return 'big'
    elif y > 10:
        return 'mid'
    return 'low'

# list
def f(x):
    y = []
    for i in x:
        if i < 0:
            y.append(0)
        elif i > 9:
            y.append(9)
        else:
            y.append(i)
    return y

# list
def f(x):
    y = 0
    for i in x:
        if i % 2 == 0:
            y += 2
        elif i % 3 == 0:
            y += 3
    return y

# list
def f(x):
    if 3 in x and len(x) > 2:
        return x[2:]
    return x[:2]

# list
def f(x):
    return [i for i in x if i > 10 or i < 2]

# list
def f(x):
    return [i for i in x if not i % 3]

# str
def f(x):
    if len(x) % 3 == 0:
        return x[::-1]
    elif len(x) % 3 == 1:
        return x.upper()
    else:
        return x + x[0]

# str
def f(x):
    y = ''
    for c in x:
        if c < 'c':
            y += 'x'
        elif c < 'f':
            y += 'y'
        else:
            y += c
    return y

# str
def f(x):
    if 'a' in x or 'b' in x:
        return len(x)
    return -len(x)

# str
def f(x):
    return ''.join(c for c in x if c > 'b' and c < 'g')

# int 0..60
def f(x):
    if x < 10:
        y = x * 3
    elif x < 30:
        y = x + 7
    else:
        y = x // 2
    return y

# int 0..60
def f(x):
    if x % 6 == 0:
        return 'ab'
    elif x % 3 == 0:
        return 'a'
    elif x % 2 == 0:
        return 'b'
    return str(x)

# int -9..20
def f(x):
    if x > 3 and x % 2 == 1:
        return x * 2
    return x - 1

# int -9..20
def f(x):
    return (x > 0) - (x < 0)

# list
def f(x):
    if len(x) < 2:
        return x
    return [x[-1]] + f(x[:-1])

# list
def f(x):
    if not x:
        return 0
    return x[0] - f(x[1:])

# list
def f(x):
    if len(x) < 2:
        return x[0]
    return max(x[0], f(x[1:]) - 1)

# list
def f(x):
    return [] if not x else [sum(x)] + f(x[1:])

# str
def f(x):
    if len(x) < 2:
        return x
    return f(x[1:]) + x[0]

# str
def f(x):
    return x if len(x) < 3 else f(x[1:-1])

# str
def f(x):
    if not x:
        return 0
    return (x[0] > 'd') + f(x[1:])

# int 0..6
def f(x):
    return 1 if x == 0 else x * f(x - 1)

# int 0..12
def f(x):
    return x if x < 2 else f(x - 1) + f(x - 2)

# int 0..60
def f(x):
    if x < 10:
        return x
    return f(x // 10) + x % 10

# int 1..30
def f(x):
    return 0 if x < 2 else 1 + f(x // 2)

# int 0..30
def f(x):
    if x == 0:
        return ''
    return f(x // 2) + str(x % 2)

# int 0..20
def f(x):
    return [x] if x < 3 else f(x - 3) + [x]

# list
def f(x):
    a, b = x[0], x[-1]
    return [b, a]

# list
def f(x):
    a, *b = x
    return b + [a] * 2

# list
def f(x):
    y = x[:]
    y.sort()
    return y[0] + y[-1]

# list
def f(x):
    x = x + [4]
    x.remove(4)
    return x[::-1]

# list
def f(x):
    x.insert(1, 7)
    return x

# list
def f(x):
    y = x.pop()
    return [y] + x

# list
def f(x):
    x[0] = x[-1]
    return x

# list
def f(x):
    for i in range(len(x)):
        x[i] = x[i] * i
    return x

# list
def f(x):
    a = 0
    b = 0
    for i in x:
        if i > 5:
            a += i
        else:
            b += i
    return a - b

# list
def f(x):
    y = []
    for i in x:
        if i > 9:
            break
        y.append(i)
    return y

# list
def f(x):
    y = 0
    for i in x:
        if i % 2 == 1:
            continue
        y += i + 1
    return y

# list
def f(x):
    y = x[0]
    z = []
    for i in x:
        y = max(y, i)
        z.append(y)
    return z

# list
def f(x):
    y = 0
    z = []
    for i in x:
        y += i
        z.append(y)
    return z

# list
def f(x):
    del x[0]
    return x

# str
def f(x):
    a, b = x[0], x[1:]
    return b + a.upper()

# str
def f(x):
    y = ''
    for c in x:
        if c == 'c':
            break
        y += c
    return y

# str
def f(x):
    y = ''
    for c in x:
        if c in 'bdf':
            continue
        y += c
    return y

# str
def f(x):
    y = list(x)
    y.reverse()
    return '.'.join(y)

# str
def f(x):
    y = ''
    z = ''
    for c in x:
        if c > 'd':
            y += c
        else:
            z += c
    return y + z

# str
def f(x):
    y = x[0]
    for c in x:
        if c != y[-1]:
            y += c
    return y

# str
def f(x):
    y = 0
    z = 0
    for c in x:
        z = z + 1 if c > 'c' else 0
        y = max(y, z)
    return y

# str
def f(x):
    a = x[:2]
    b = x[-2:]
    return b + a

# int 0..12
def f(x):
    a, b = 0, 1
    for i in range(x):
        a, b = b, a + b
    return a

# int 0..12
def f(x):
    y = 1
    for i in range(x):
        y = y * 2 % 11
    return y

# int 0..60
def f(x):
    a = x // 10
    b = x % 10
    return max(a, b)

# int 0..60
def f(x):
    a, b = divmod(x, 8)
    return [a, b]

# int 1..20
def f(x):
    y = 0
    for i in range(x):
        if i == 7:
            break
        y += i
    return y

# int 1..12
def f(x):
    y = [1]
    for i in range(x % 6):
        y.append(y[-1] + i)
    return y

# int 1..12
def f(x):
    y = []
    for i in range(x):
        if i % 3 == 0:
            continue
        y.append(i)
    return y
