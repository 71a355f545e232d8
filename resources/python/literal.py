"""Argument lists of literals, read from untrusted text without evaluating anything.

Not here: names, calls, attributes, keyword arguments, comprehensions: all of them are Rejected.
The grammar is ast.literal_eval's without Ellipsis, plus set(), frozenset(..), Counter(..), OrderedDict(..), deque(..),
float('nan'), float('inf'), nan and inf (the reprs that Python itself prints).
"""

import _ast
from collections import Counter, OrderedDict, deque

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


FLOATS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf"), "infinity": float("inf")}


def _name(node):
    if node.id not in ("nan", "inf"):
        raise Rejected
    return FLOATS[node.id]


def _float(*arguments):
    if len(arguments) != 1 or type(arguments[0]) is not str:
        raise Rejected
    return FLOATS[arguments[0].lower()]


def _collection(kind, allowed):
    def make(*arguments):
        if len(arguments) > 1 or (arguments and type(arguments[0]) not in allowed):
            raise Rejected
        return kind(*arguments)

    return make


PLAIN = (list, tuple, set, frozenset, str)
CALLS = {
    "set": _collection(set, PLAIN),
    "frozenset": _collection(frozenset, PLAIN),
    "deque": _collection(deque, PLAIN),
    "Counter": _collection(Counter, (dict, *PLAIN)),
    "OrderedDict": _collection(OrderedDict, (dict, list, tuple)),
    "float": _float,
}


def _call(node):
    if type(node.func) is not _ast.Name or node.keywords or len(node.args) > 1:
        raise Rejected
    return CALLS[node.func.id](*_items(node.args))


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
