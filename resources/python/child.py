"""What is done with a request: read the literals, run the program, write one line. The same in every engine.

Not here: shutting a child in, which comes first (cell.py), and verdicts: the reply is canonical text and class names,
and whoever reads it treats it as untrusted.
Whatever is used while or after a program runs is bound to a name of this module before.
"""

import io
import json
import sys

import canonical
import facts
import literal

MAX_NAME = 60

_canonical = canonical.canonical
_BadValue = canonical.BadValue
_Rejected = literal.Rejected
_build = literal.build
_parse = literal.parse_arguments
_dumps = json.dumps
# The scanner and the quoting themselves: json.loads and json.dumps would touch many more pages, and each is copied.
_scan = json.JSONDecoder().scan_once
_quote = json.encoder.encode_basestring_ascii
_type = type
_type_name = type.__dict__["__name__"].__get__
_BaseException = BaseException
_len = len
_compile = compile
_exec = exec
_audit = sys.addaudithook


class Sink(io.TextIOBase):
    """Swallows whatever a program prints, counts it, and keeps the beginning where somebody asked for it."""

    def __init__(self):
        self.characters = 0
        self.room = 0
        self.kept = ""

    def writable(self):
        return True

    def write(self, text):
        if _type(text) is not str:
            raise TypeError("write() argument must be str")
        self.characters += _len(text)
        if self.room > 0:
            self.kept += text[: self.room]
            self.room -= _len(text)
        return _len(text)


_sink = Sink()
_errors = Sink()


def take_streams():
    """Whatever a program prints goes nowhere, and it reads nothing. Done before the fork."""
    sys.stdout = sys.__stdout__ = _sink
    sys.stderr = sys.__stderr__ = _errors
    sys.stdin = sys.__stdin__ = io.StringIO()


def load(payload):
    """The request in the bytes of a frame."""
    return _scan(payload.decode(), 0)[0]


def run(request, audit=_audit):
    """The reply to {nonce, program, inputs, repeat, outputChars}: nonce, then one line of JSON."""
    # All literals are read before one line of the program runs, so that it cannot touch their reading.
    arguments = [_arguments(text) for text in request["inputs"]]
    printed = _sink.characters + _errors.characters
    _sink.room = _errors.room = request.get("keepChars", 0)
    # Executing the program is itself an event, which says nothing.
    events = {"exec": -1}
    outcomes = _outcomes(request, arguments, events, audit)
    events["printed"] = _sink.characters + _errors.characters - printed
    kept = [_sink.kept, _errors.kept] if "keepChars" in request else []
    return _reply(request["nonce"], outcomes, events, kept)


def _reply(nonce, outcomes, events, kept):
    told = ",".join(['["%s",%s]' % (status, _quote(text)) for status, text in outcomes])
    seen = ",".join(["%s:%d" % (_quote(name), times) for name, times in events.items() if times > 0])
    texts = "".join([",%s" % _quote(text) for text in kept])
    return "%s[[%s],{%s}%s]\n" % (nonce, told, seen, texts)


def _arguments(text):
    """Nodes of the literals; JSON text, in a list of its own, is read anew for each call; None when rejected."""
    if _type(text) is list:
        return text[0]
    try:
        return _parse(text)
    except _Rejected:
        return None


def _outcomes(request, arguments, events, audit):
    entry = _entry(request["program"], events, audit)
    if _type(entry) is list:
        return [["rejected", ""] if nodes is None else entry for nodes in arguments]
    limit = request["outputChars"]
    first = [_call(entry, nodes, limit) for nodes in arguments]
    # What a repeated call prints was printed before.
    _sink.room = _errors.room = 0
    for _ in range(request["repeat"] - 1):
        later = [_call(entry, nodes, limit) for nodes in arguments]
        first = [
            mine if mine == other else ["nondeterministic", ""]
            for mine, other in zip(first, later)
        ]
    return first


def _entry(program, events, audit):
    """The program's f, or the outcome of having none."""
    try:
        code = _compile(program, "<task>", "exec", 0, True)
    except (MemoryError, RecursionError) as problem:
        return _error(problem)
    except _BaseException:
        return ["error", "SyntaxError"]
    space = {"__name__": "task", "__builtins__": __builtins__}
    audit(_counter(events))
    try:
        _exec(code, space)
    except _BaseException as problem:
        return _error(problem)
    return space["f"] if "f" in space else ["error", "NameError"]


def _counter(events):
    get = events.get

    def count(event, _arguments):
        events[event] = get(event, 0) + 1

    return count


def _call(function, nodes, limit):
    if nodes is None:
        return ["rejected", ""]
    try:
        value = function(*(_scan(nodes, 0)[0] if _type(nodes) is str else [_build(node) for node in nodes]))
    except _BaseException as problem:
        return _error(problem)
    try:
        return ["ok", _canonical(value, limit)]
    except _BadValue as problem:
        return ["badvalue", problem.args[0][:MAX_NAME]]
    except MemoryError:
        return ["error", "MemoryError"]
    except _BaseException:
        return ["badvalue", "unsupported_type"]


def _error(problem):
    return ["error", _type_name(_type(problem))[:MAX_NAME]]


def analyse(request):
    """The reply to {nonce, programs}: nonce, then one line with the facts of each."""
    found = [facts.of_program(program) for program in request["programs"]]
    return request["nonce"] + _dumps(found) + "\n"
