"""Static facts of an untrusted program, from its syntax tree; run in a child like any program.

Not here: judgement. What may be imported is policy (electron/contract/policy.ts); measures are in measures.py.
Nodes are counted and listed without the Load/Store/Del marks. The whole text is measured, not only the entry.
"""

import _ast

import entry
import measures

ONLY_AST = 0x400
MAX_SHAPE = 2_000


def of_program(program):
    """ProgramFacts of electron/contract/task.ts."""
    try:
        return _facts(program)
    except BaseException as problem:
        return {"ok": False, "error": _kind(problem)}


def _kind(problem):
    for kind in (MemoryError, RecursionError):
        if isinstance(problem, kind):
            return kind.__name__
    return "SyntaxError"


def parse(program):
    return compile(program, "<task>", "exec", ONLY_AST, True)


def _facts(program):
    tree = parse(program)
    renamed = entry.rename(program, tree)
    if renamed is not None:
        program, tree = renamed, parse(renamed)
    nodes = measures.preorder(tree)
    definition = entry.definition(tree)
    return {
        "ok": True,
        "program": program,
        "hasEntry": definition is not None,
        "parameters": entry.parameters(definition),
        "imports": _unique(_imports(nodes)),
        "dunders": _unique(_dunders(nodes)),
        "nodes": len(nodes),
        "depth": measures.depth(tree),
        "shape": [type(node).__name__ for node in nodes[:MAX_SHAPE]],
        "skeleton": _skeleton(program, nodes),
        "cognitive": measures.cognitive(tree, nodes),
        "cyclomatic": measures.cyclomatic(nodes),
        "halstead": measures.halstead(tree),
    }


def _unique(names):
    return list(dict.fromkeys(names))


def _imports(nodes):
    """The module of every import statement: a.b for `import a.b` and for `from a.b import c`."""
    for node in nodes:
        if type(node) is _ast.Import:
            yield from (alias.name for alias in node.names)
        elif type(node) is _ast.ImportFrom:
            yield "." * node.level + (node.module or "")


def _dunders(nodes):
    for node in nodes:
        name = node.id if type(node) is _ast.Name else node.attr if type(node) is _ast.Attribute else ""
        if len(name) > 4 and name.startswith("__") and name.endswith("__"):
            yield name


def _skeleton(program, nodes):
    """The text with each number as 0 and each string as an empty one; an f-string counts as one literal."""
    edits, covered = [], (0, 0)
    for node in nodes:
        text = _blank(node)
        if text is None or node.end_lineno is None:
            continue
        start = (node.lineno, node.col_offset)
        if start < covered:
            # Inside an f-string that is replaced as a whole.
            continue
        if type(node) is _ast.JoinedStr:
            covered = (node.end_lineno, node.end_col_offset)
        edits.append((start, (node.end_lineno, node.end_col_offset), text))
    return entry.edit(program, edits)


def _blank(node):
    kind = type(node)
    if kind is _ast.JoinedStr:
        return "f''"
    if kind is not _ast.Constant:
        return None
    return BLANKS.get(type(node.value))


BLANKS = {str: "''", bytes: "b''", int: "0", float: "0", complex: "0"}
