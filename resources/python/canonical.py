"""Canonical text of a Python value: equal text means the same value, on every machine and run.

Not here: equality in the sense of ==, and reading the text back; both are TypeScript's (electron/python/).
Exact builtin types only, so that no method of a program's own class ever runs in the harness.
"""

from collections import Counter, OrderedDict, defaultdict, deque

MAX_DEPTH = 60
MAX_PIECES = 200_000


class BadValue(Exception):
    """The value has no canonical text; the argument says why."""


_float = float.__repr__
_hex = "%x".__mod__
_encode = str.encode
_join = "".join
_sorted = sorted
_type = type
_len = len
_type_name = type.__dict__["__name__"].__get__


def _complex(value):
    return "c" + _float(value.real) + "," + _float(value.imag) + ";"


SCALARS = {
    type(None): lambda value: "N",
    bool: lambda value: "T" if value else "F",
    int: lambda value: "i" + _hex(value) + ";",
    float: lambda value: "f" + _float(value) + ";",
    complex: _complex,
    str: lambda value: "s" + _encode(value, "utf-8", "surrogatepass").hex() + ";",
    bytes: lambda value: "b" + value.hex() + ";",
}
# type -> opening, closing, whether the order of the elements has no meaning
SEQUENCES = {
    list: ("[", "]", False),
    tuple: ("(", ")", False),
    deque: ("q[", "]", False),
    set: ("{", "}", True),
    frozenset: ("{", "}", True),
}
MAPPINGS = {
    dict: ("<", ">", True, dict.items),
    defaultdict: ("<", ">", True, dict.items),
    Counter: ("C<", ">", True, dict.items),
    OrderedDict: ("O<", ">", False, OrderedDict.items),
}
_scalar = SCALARS.get
_sequence = SEQUENCES.get
_mapping = MAPPINGS.get


def canonical(value, max_chars):
    """Raises BadValue('unsupported_type:X' | 'too_deep' | 'too_large')."""
    budget = [MAX_PIECES, max_chars]
    text = _text(value, 0, budget)
    if _len(text) > max_chars:
        raise BadValue("too_large")
    return text


def _text(value, depth, budget):
    kind = _type(value)
    if _type(kind) is not _type:
        # A class of another metaclass could answer the look-ups below by code of its own.
        raise BadValue("unsupported_type:" + _type_name(kind))
    scalar = _scalar(kind)
    budget[0] -= 1
    if budget[0] < 0:
        raise BadValue("too_large")
    if scalar is not None:
        if kind in (str, bytes) and _len(value) * 2 > budget[1]:
            raise BadValue("too_large")
        if kind is int and value.bit_length() > budget[1] * 4:
            raise BadValue("too_large")
        text = scalar(value)
        # The running total bounds what a value with many references to one long string can cost.
        budget[1] -= _len(text)
        if budget[1] < 0:
            raise BadValue("too_large")
        return text
    if depth >= MAX_DEPTH:
        raise BadValue("too_deep")
    if kind in SEQUENCES:
        opening, closing, unordered = _sequence(kind)
        parts = [_text(item, depth + 1, budget) for item in value]
    elif kind in MAPPINGS:
        opening, closing, unordered, items = _mapping(kind)
        parts = [
            _text(key, depth + 1, budget) + ":" + _text(item, depth + 1, budget)
            for key, item in items(value)
        ]
    else:
        raise BadValue("unsupported_type:" + _type_name(kind))
    return opening + _join(_sorted(parts) if unordered else parts) + closing
