"""Argument lists of literals, read from untrusted text without evaluating anything.

Not here: other names and calls, attributes, keyword arguments, comprehensions: all of them are Rejected.
The grammar is ast.literal_eval's without Ellipsis, plus what Python itself prints: nan, inf, nanj, infj, set(),
frozenset(..), float('nan'), and, with or without `collections.`, Counter(..), OrderedDict(..), deque(.., maxlen=n) and
defaultdict(int, ..). electron/python/literal.ts reads the same.
"""

import _ast
from collections import Counter, OrderedDict, defaultdict, deque

ONLY_AST = 0x400


class Rejected(Exception):
    """The text is not a literal argument list."""


def parse_arguments(text):
    """The argument nodes of f(<text>); a text that leaves the call is Rejected."""
    try:
        tree = compile("f(" + text + "\n)", "<input>", "eval", ONLY_AST, True)
    except BaseException as problem:
        raise Rejected from problem
    call = tree.body
    if type(call) is not _ast.Call or type(call.func) is not _ast.Name or call.keywords:
        raise Rejected
    # The call must end at the bracket that was appended: f(1) + (2 would parse as something else.
    if call.func.col_offset != 0 or call.func.end_col_offset != 1:
        raise Rejected
    for argument in call.args:
        build(argument)
    return call.args


def build(node):
    """A fresh value of a literal node."""
    try:
        return BUILDERS[type(node)](node)
    except (KeyError, TypeError, ValueError, RecursionError) as problem:
        raise Rejected from problem


def _constant(node):
    if node.value is Ellipsis:
        raise Rejected
    return node.value


def _items(nodes):
    return [build(node) for node in nodes]


def _dict(node):
    if None in node.keys:
        raise Rejected
    return dict(zip(_items(node.keys), _items(node.values)))


def _number(node, kinds):
    value = build(node)
    if type(value) not in kinds:
        raise Rejected
    return value


def _unary(node):
    value = _number(node.operand, (int, float, complex))
    if type(node.op) is _ast.USub:
        return -value
    if type(node.op) is _ast.UAdd:
        return +value
    raise Rejected


def _complex(node):
    left = _number(node.left, (int, float))
    right = _number(node.right, (complex,))
    if type(node.op) is _ast.Add:
        return left + right
    if type(node.op) is _ast.Sub:
        return left - right
    raise Rejected


NAMES = {
    "nan": float("nan"),
    "inf": float("inf"),
    "nanj": complex(0.0, float("nan")),
    "infj": complex(0.0, float("inf")),
}
SPECIAL_FLOATS = {
    sign + name: float(sign + name) for sign in ("", "+", "-") for name in ("nan", "inf", "infinity")
}


def _name(node):
    return NAMES[node.id]


def _float(*arguments):
    if len(arguments) != 1 or type(arguments[0]) is not str:
        raise Rejected
    return SPECIAL_FLOATS[arguments[0].strip().lower()]


def _collection(kind):
    def make(*arguments):
        if len(arguments) > 1 or (arguments and type(arguments[0]) in (type(None), bool, int, float)):
            raise Rejected
        return kind(*arguments)

    return make


FACTORIES = {kind.__name__: kind for kind in (int, float, str, list, dict, set, tuple, bool)}
CALLS = {
    "set": _collection(set),
    "frozenset": _collection(frozenset),
    "deque": _collection(deque),
    "Counter": _collection(Counter),
    "OrderedDict": _collection(OrderedDict),
    "float": _float,
}


def _call(node):
    name = _called(node.func)
    if name == "defaultdict":
        return _defaultdict(node)
    options = {}
    if node.keywords:
        (option,) = node.keywords
        if name != "deque" or option.arg != "maxlen" or len(node.args) != 1:
            raise Rejected
        options["maxlen"] = build(option.value)
    value = CALLS[name](*_items(node.args))
    return deque(value, **options) if options else value


def _called(function):
    if type(function) is _ast.Name:
        return function.id
    if type(function) is _ast.Attribute and type(function.value) is _ast.Name:
        if function.value.id == "collections" and function.attr in COLLECTIONS:
            return function.attr
    raise Rejected


COLLECTIONS = ("Counter", "OrderedDict", "defaultdict", "deque")


def _defaultdict(node):
    if node.keywords or len(node.args) > 2:
        raise Rejected
    if not node.args:
        return defaultdict()
    factory, *contents = node.args
    if type(factory) is _ast.Name:
        return defaultdict(FACTORIES[factory.id], *_items(contents))
    if type(factory) is not _ast.Constant or factory.value is not None:
        raise Rejected
    return defaultdict(None, *_items(contents))


BUILDERS = {
    _ast.Constant: _constant,
    _ast.List: lambda node: _items(node.elts),
    _ast.Tuple: lambda node: tuple(_items(node.elts)),
    _ast.Set: lambda node: set(_items(node.elts)),
    _ast.Dict: _dict,
    _ast.UnaryOp: _unary,
    _ast.BinOp: _complex,
    _ast.Name: _name,
    _ast.Call: _call,
}
