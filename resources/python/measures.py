"""Complexity measures over a syntax tree, without recursion, so that a deep expression cannot stop them.

cognitive: SonarSource, "Cognitive Complexity" (2018), with its Python analyser's reading of else clauses, classes and
decorator-like wrappers, and the paper's increment for functions in a recursion cycle; a match counts as a switch.
cyclomatic: radon's decision points over the whole text, plus 1. halstead: radon's operators and operands.
"""

import _ast
import math

from entry import FUNCTIONS, children

MARKS = (_ast.Load, _ast.Store, _ast.Del)
LOOPS = (_ast.For, _ast.AsyncFor, _ast.While)
TRIES = tuple(getattr(_ast, name) for name in ("Try", "TryStar") if hasattr(_ast, name))
MATCH = getattr(_ast, "Match", None)


def preorder(tree):
    """Every node but the Load/Store/Del marks."""
    nodes, stack = [], [tree]
    while stack:
        node = stack.pop()
        nodes.append(node)
        stack.extend(child for child in reversed(children(node)) if type(child) not in MARKS)
    return nodes


def depth(tree):
    """How many nodes stand above each other at most, the marks left out."""
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [child for node in level for child in children(node) if type(child) not in MARKS]
    return deepest


def cyclomatic(nodes):
    return 1 + sum(_decisions(node) for node in nodes)


def _decisions(node):
    kind = type(node)
    if kind in (_ast.If, _ast.IfExp, _ast.Assert):
        return 1
    if kind in LOOPS:
        return 1 + bool(node.orelse)
    if kind is _ast.BoolOp:
        return len(node.values) - 1
    if kind is _ast.comprehension:
        return 1 + len(node.ifs)
    if kind in TRIES:
        return len(node.handlers) + bool(node.orelse)
    if kind is MATCH:
        return sum(not _catches_all(case) for case in node.cases)
    return 0


def _catches_all(case):
    return case.guard is None and type(case.pattern) is _ast.MatchAs and case.pattern.pattern is None


def halstead(tree):
    """Volume and effort. Operands are told apart by the function they stand in, as radon does."""
    operators, operands = [], []
    stack = [(tree, None)]
    while stack:
        node, context = stack.pop()
        operator_names, used = _operation(node)
        operators += operator_names
        operands += [(context, _operand(one)) for one in used]
        if type(node) is _ast.FunctionDef:
            stack.extend((child, node.name) for child in node.body)
        else:
            stack.extend((child, context) for child in children(node))
    distinct_operators, distinct_operands = len(set(operators)), len(set(operands))
    vocabulary = distinct_operators + distinct_operands
    volume = (len(operators) + len(operands)) * math.log2(vocabulary) if vocabulary else 0.0
    if not distinct_operands:
        return {"volume": volume, "effort": 0.0}
    difficulty = distinct_operators * len(operands) / (2 * distinct_operands)
    return {"volume": volume, "effort": difficulty * volume}


def _operation(node):
    """Names of the operators at a node, and their operands."""
    kind = type(node)
    if kind is _ast.BinOp:
        return [type(node.op).__name__], [node.left, node.right]
    if kind is _ast.UnaryOp:
        return [type(node.op).__name__], [node.operand]
    if kind is _ast.BoolOp:
        return [type(node.op).__name__], node.values
    if kind is _ast.AugAssign:
        return [type(node.op).__name__], [node.target, node.value]
    if kind is _ast.Compare:
        return [type(op).__name__ for op in node.ops], [*node.comparators, node.left]
    return [], []


def _operand(node):
    kind = type(node)
    if kind is _ast.Name:
        return node.id
    if kind is _ast.Attribute:
        return node.attr
    return node.value if kind is _ast.Constant else node


def cognitive(tree, nodes):
    total = len(_recursive(nodes))
    # Each entry: node, nesting level, the function that encloses it directly (None at the top or in a class).
    stack = [(tree, 0, None)]
    while stack:
        node, level, function = stack.pop()
        rule = RULES.get(type(node))
        if rule is None:
            stack.extend((child, level, function) for child in children(node))
            continue
        cost, inner = rule(node, level, function)
        total += cost
        stack.extend(inner)
    return total


def _structure(node, level, function, bodies, increment=None):
    """A control structure: 1 plus the nesting, its statement lists one level deeper, the rest at the same level."""
    cost = 1 + level if increment is None else increment
    deeper = [child for body in bodies for child in body]
    nested = set(map(id, deeper))
    same = [child for child in children(node) if id(child) not in nested]
    return cost, [(c, level, function) for c in same] + [(c, level + 1, function) for c in deeper]


def _if(node, level, function, increment=None):
    other = node.orelse
    is_elif = len(other) == 1 and type(other[0]) is _ast.If and other[0].col_offset == node.col_offset
    if not is_elif:
        cost, inner = _structure(node, level, function, [node.body, other], increment)
        return cost + bool(other), inner
    cost, inner = _structure(node, level, function, [node.body], increment)
    inner = [entry for entry in inner if entry[0] is not other[0]]
    elif_cost, elif_inner = _if(other[0], level, function, 1)
    return cost + elif_cost, inner + elif_inner


def _loop(node, level, function):
    cost, inner = _structure(node, level, function, [node.body, node.orelse])
    return cost + bool(node.orelse), inner


def _try(node, level, function):
    return _structure(node, level, function, [node.orelse], int(bool(node.orelse)))


def _handler(node, level, function):
    return _structure(node, level, function, [node.body])


def _match(node, level, function):
    return _structure(node, level, function, [case.body for case in node.cases])


def _conditional(node, level, function):
    return 1 + level, [(child, level + 1, function) for child in children(node)]


def _boolean(node, level, function):
    """One for each run of like operators, in the order of the text."""
    operators, operands, stack = [], [], [node]
    while stack:
        item = stack.pop()
        if type(item) is not _ast.BoolOp:
            (operators if isinstance(item, type) else operands).append(item)
            continue
        parts = []
        for value in item.values:
            parts += [type(item.op), value]
        stack.extend(reversed(parts[1:]))
    runs = sum(one is not before for one, before in zip(operators, [None, *operators]))
    return runs, [(operand, level, function) for operand in operands]


def _function(node, level, function):
    wraps = function is not None and _only_wraps(function, node)
    inner = level if wraps else level + 1 if function is not None else 0
    return 0, [(child, inner, node) for child in children(node)]


def _only_wraps(function, inner):
    """A function that only defines another and returns a name (a decorator) does not nest it."""
    others = [statement for statement in function.body if statement is not inner]
    return all(type(one) is _ast.Return and type(one.value) is _ast.Name for one in others)


def _class(node, _level, _function):
    return 0, [(child, 0, None) for child in children(node)]


def _lambda(node, level, function):
    return 0, [(child, level + 1, function) for child in children(node)]


RULES = {
    _ast.If: _if,
    _ast.IfExp: _conditional,
    _ast.BoolOp: _boolean,
    _ast.ExceptHandler: _handler,
    _ast.ClassDef: _class,
    _ast.Lambda: _lambda,
    **{kind: _loop for kind in LOOPS},
    **{kind: _try for kind in TRIES},
    **{kind: _function for kind in FUNCTIONS},
    **({MATCH: _match} if MATCH else {}),
}


def _recursive(nodes):
    """Names of the functions that call themselves, directly or through others."""
    calls = {}
    for node in nodes:
        if type(node) in FUNCTIONS:
            calls.setdefault(node.name, set()).update(_called(node))
    return {name for name in calls if _reaches(calls, name)}


def _called(function):
    """Names that a function calls: f() and self.f()."""
    names, stack = set(), list(function.body)
    while stack:
        node = stack.pop()
        if type(node) is _ast.Call and type(node.func) is _ast.Name:
            names.add(node.func.id)
        elif type(node) is _ast.Call and _is_own_method(node.func):
            names.add(node.func.attr)
        if type(node) not in FUNCTIONS:
            stack.extend(children(node))
    return names


def _is_own_method(node):
    return type(node) is _ast.Attribute and type(node.value) is _ast.Name and node.value.id == "self"


def _reaches(calls, name):
    seen, stack = set(), list(calls[name])
    while stack:
        called = stack.pop()
        if called == name:
            return True
        if called in calls and called not in seen:
            seen.add(called)
            stack.extend(calls[called])
    return False
