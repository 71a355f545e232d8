/**
 * The Python text that makes a program tell its steps: every value that it computes or binds on the way, in the
 * order in which Python does. The outermost value of a return is the answer and not told.
 * Part of what runs in one sandboxed child (runner.ts); not here: what a model is shown of it (stream.ts).
 */

/** Longer workings are not told at all. */
const MOST_STEPS = 24

/**
 * `told(program, NAMES)` is f made to tell and the list that it tells to: `value` for a step, `name = value` for a
 * binding. Comprehensions are one step; values beyond the limits (ranges, sets, large ones) go untold.
 */
export const TELLING = `import ast

MOST_STEPS = ${MOST_STEPS}
STEPS = (
    ast.Call,
    ast.BinOp,
    ast.BoolOp,
    ast.Compare,
    ast.JoinedStr,
    ast.ListComp,
    ast.Subscript,
    ast.UnaryOp,
)


def call(name, *arguments):
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def binding(name):
    return ast.Expr(call('_bind', ast.Constant(name), ast.Name(name, ast.Load())))


class Teller(ast.NodeTransformer):
    def visit(self, node):
        inner = self.parts(node)
        literal = isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)
        return call('_step', inner) if isinstance(node, STEPS) and not literal else inner

    def parts(self, node):
        return super().visit(node)

    def outermost(self, node):
        if isinstance(node, ast.IfExp):
            test = self.visit(node.test)
            return ast.IfExp(test, self.outermost(node.body), self.outermost(node.orelse))
        return self.parts(node)

    def first_iterable(self, node):
        node.generators[0].iter = self.visit(node.generators[0].iter)
        return node

    visit_ListComp = visit_GeneratorExp = visit_SetComp = visit_DictComp = first_iterable

    def visit_Return(self, node):
        node.value = self.outermost(node.value)
        return node

    def visit_Assign(self, node):
        node.value = self.outermost(node.value)
        return [node, *(binding(target.id) for target in node.targets)]

    def visit_AugAssign(self, node):
        node.value = self.visit(node.value)
        return [node, binding(node.target.id)]

    def visit_Expr(self, node):
        node.value = self.parts(node.value)
        return [node, binding(node.value.func.value.id)]

    def visit_For(self, node):
        self.generic_visit(node)
        node.body.insert(0, binding(node.target.id))
        return node


def told(program, names):
    lines = []

    def step(value):
        if usable(value):
            lines.append(repr(value))
        return value

    def bind(name, value):
        if usable(value):
            lines.append(f'{name} = {value!r}')

    tree = ast.fix_missing_locations(Teller().parts(ast.parse(program)))
    space = {'__builtins__': dict(names, _step=step, _bind=bind)}
    exec(compile(tree, 'program', 'exec'), space)
    return space['f'], lines
`
