"""The entry function of a program: which one it is, and renaming it to `f` by the syntax tree.

Not here: evaluation of anything. Text is only changed at places where the tree says that the name stands; strings and
comments stay as they are. Where a reference cannot be renamed (a local variable is called f, or the reference sits in
an f-string whose positions this Python reports wrongly), one assignment after the function keeps the old name alive.
"""

import _ast
import re
import sys

ENTRY = "f"
# Before 3.12, nodes within an f-string carry positions of a text that is not in the file.
QUOTED_POSITIONS = sys.version_info >= (3, 12)
FUNCTIONS = (_ast.FunctionDef, _ast.AsyncFunctionDef)
COMPREHENSIONS = (_ast.ListComp, _ast.SetComp, _ast.DictComp, _ast.GeneratorExp)
SCOPES = (*FUNCTIONS, _ast.Lambda, _ast.ClassDef, *COMPREHENSIONS)


def definition(tree):
    """What the top level binds to f last: a function, or whatever else was assigned; None without any."""
    found = None
    for statement in tree.body:
        if type(statement) in (*FUNCTIONS, _ast.ClassDef):
            if statement.name == ENTRY:
                found = statement
        elif ENTRY in _bound([statement]):
            found = getattr(statement, "value", statement)
    return found


def parameters(node):
    """Positional parameters of a function or lambda; 0 where the tree does not say."""
    if type(node) not in (*FUNCTIONS, _ast.Lambda):
        return 0
    return len(node.args.posonlyargs) + len(node.args.args)


def rename(program, tree):
    """The text with its last top-level function called f, or None when there is nothing to rename."""
    functions = [node for node in tree.body if type(node) in FUNCTIONS]
    if not functions or definition(tree) is not None:
        return None
    name = functions[-1].name
    lines = _lines(program)
    edits = [_name_of(node, lines) for node in functions if node.name == name]
    places, kept = _references(tree, name)
    for node in places:
        edit = ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset), ENTRY)
        if lines[node.lineno - 1][node.col_offset : node.end_col_offset] == name.encode("utf-8"):
            edits.append(edit)
        else:
            # An identifier that Python normalises (NFKC) is spelt otherwise in the text.
            kept = True
    if kept:
        row = functions[-1].end_lineno
        end = (row, len(lines[row - 1].rstrip(b"\r\n")))
        edits.append((end, end, "\n%s = %s" % (name, ENTRY)))
    return edit_lines(lines, edits)


def _name_of(node, lines):
    """Where the name of a def statement stands."""
    row = node.lineno
    start = node.col_offset
    rest = b"".join([lines[row - 1][start:], *lines[row : row + 4]])
    match = re.match(rb"(?:async(?:\s|\\\r?\n)+)?def(?:\s|\\\r?\n)+", rest)
    before = rest[: match.end()]
    row += before.count(b"\n")
    column = len(before) - before.rfind(b"\n") - 1 if b"\n" in before else start + len(before)
    name = re.match(rb"[^\s(\[\\]+", rest[match.end() :]).group()
    return (row, column), (row, column + len(name)), ENTRY


def _references(tree, name):
    """(nodes to rename, whether some reference keeps the old name)."""
    places, kept = [], False
    # Each entry: node, whether `name` is a local name here, whether `f` is, whether within an f-string.
    stack = [(tree, False, False, False)]
    while stack:
        node, shadowed, taken, quoted = stack.pop()
        if type(node) is _ast.Name and node.id == name and not shadowed:
            if taken or quoted:
                kept = True
            else:
                places.append(node)
        if type(node) in SCOPES:
            bound = _scope_names(node)
            shadowed = shadowed or name in bound
            taken = taken or ENTRY in bound
        quoted = quoted or (type(node) is _ast.JoinedStr and not QUOTED_POSITIONS)
        stack.extend((child, shadowed, taken, quoted) for child in children(node))
    return places, kept


def _scope_names(node):
    """Names that a scope binds by itself."""
    if type(node) in COMPREHENSIONS:
        return _bound([generator.target for generator in node.generators])
    arguments = getattr(node, "args", None)
    names = set()
    if arguments is not None:
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        names.update(one.arg for one in [*every, arguments.vararg, arguments.kwarg] if one is not None)
    if type(node) is not _ast.Lambda:
        names |= _bound(node.body)
        names -= _declared_global(node.body)
    return names


def _bound(nodes):
    """Names that these nodes bind in their own scope, without looking into inner scopes."""
    names, stack = set(), list(nodes)
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is _ast.Name and type(node.ctx) is not _ast.Load:
            names.add(node.id)
        elif kind in (*FUNCTIONS, _ast.ClassDef):
            names.add(node.name)
        elif kind is _ast.alias:
            names.add(node.asname or node.name.split(".")[0])
        elif kind is _ast.ExceptHandler and node.name:
            names.add(node.name)
        if kind not in SCOPES:
            stack.extend(children(node))
    return names


def _declared_global(body):
    names, stack = set(), list(body)
    while stack:
        node = stack.pop()
        if type(node) is _ast.Global:
            names.update(node.names)
        if type(node) not in SCOPES:
            stack.extend(children(node))
    return names


def children(node):
    """The child nodes, in the order of the text."""
    found = []
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, _ast.AST):
            found.append(value)
        elif type(value) is list:
            found.extend(item for item in value if isinstance(item, _ast.AST))
    return found


def _lines(program):
    # Only these three end a line for the parser; str.splitlines knows more.
    return re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", program.encode("utf-8"))


def edit(program, edits):
    """The text with each (start, end, text) replaced; places are (line, UTF-8 column) as in the tree."""
    return edit_lines(_lines(program), edits)


def edit_lines(lines, edits):
    lines = list(lines)
    for (row, column), (end_row, end_column), text in sorted(edits, reverse=True):
        tail = lines[end_row - 1][end_column:]
        lines[row - 1 : end_row] = [lines[row - 1][:column] + text.encode("utf-8") + tail]
    return b"".join(lines).decode("utf-8")
