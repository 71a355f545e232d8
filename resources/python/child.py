"""What a forked child does: shut itself in, then read the request, run the program and write one reply.

Not here: verdicts. The reply is canonical text and class names, and whoever reads it treats it as untrusted.
Order matters: not one byte of a request is read before the limits and the filter are in force.
"""

import io
import json
import os
import resource
import sys

import canonical
import facts
import kernel
import literal

REPLY_FD = 7
NOT_CONFINED = 10  # SIGUSR1
ESCAPED, OUT_OF_MEMORY = 99, 96
MAX_NAME = 60
MEGABYTE = 1 << 20

_canonical = canonical.canonical
_BadValue = canonical.BadValue
_Rejected = literal.Rejected
_build = literal.build
_parse = literal.parse_arguments
_dumps = json.dumps
_loads = json.loads
_write = os.write
_exit = os._exit
_type = type
_type_name = type.__dict__["__name__"].__get__
_BaseException = BaseException
_len = len
_compile = compile
_exec = exec
_audit = sys.addaudithook
_limit = resource.setrlimit


class Sink(io.TextIOBase):
    """Swallows whatever a program prints, and counts it."""

    def __init__(self):
        self.characters = 0

    def writable(self):
        return True

    def write(self, text):
        if _type(text) is not str:
            raise TypeError("write() argument must be str")
        self.characters += _len(text)
        return _len(text)


def start(pipe, zygote_bytes, request, system_filter):
    """Never returns. request: mode function, wall seconds, memory megabytes, payload bytes."""
    try:
        _shut_in(pipe, zygote_bytes, request)
        if system_filter is not None:
            system_filter.install()
    except _BaseException:
        # A sign that no program can give: with the filter in force it cannot signal itself.
        os.kill(os.getpid(), NOT_CONFINED)
        _exit(ESCAPED)
    try:
        _send(request.work(_loads(request.payload)))
        _exit(0)
    except MemoryError:
        _exit(OUT_OF_MEMORY)
    except _BaseException:
        _exit(ESCAPED)


def prepare():
    """What a child takes over from the zygote by the fork, done once there."""
    for name, limit in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 16),
        (resource.RLIMIT_STACK, 8 * MEGABYTE),
    ):
        resource.setrlimit(name, (limit, limit))


def _shut_in(pipe, zygote_bytes, request):
    """Not dumpable and without new privileges the zygote is already, and with it every child (confine.seal)."""
    os.setsid()
    if pipe != REPLY_FD:
        os.dup2(pipe, REPLY_FD, False)
    os.closerange(0, REPLY_FD)
    os.closerange(REPLY_FD + 1, 16)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, kernel.SIGKILL)
    _limit(resource.RLIMIT_AS, (zygote_bytes + request.memory * MEGABYTE,) * 2)
    _limit(resource.RLIMIT_CPU, (request.cpu_seconds, request.cpu_seconds + 1))
    _limit(resource.RLIMIT_NPROC, (0, 0))


def _send(text):
    reply = memoryview(text.encode("ascii"))
    while reply:
        reply = reply[_write(REPLY_FD, reply) :]


def run(request):
    """The reply to {nonce, program, inputs, repeat, outputChars}: nonce, then one line of JSON."""
    arguments = [_arguments(text) for text in request["inputs"]]
    # All literals are read before one line of the program runs, so that it cannot touch their reading.
    sink = Sink()
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = sink
    sys.stdin = sys.__stdin__ = io.StringIO()
    # Executing the program is itself an event, which says nothing.
    events = {"exec": -1}
    outcomes = _outcomes(request, arguments, events)
    events["printed"] = sink.characters
    seen = {name: times for name, times in events.items() if times > 0}
    return request["nonce"] + _dumps([outcomes, seen]) + "\n"


def _arguments(text):
    try:
        return _parse(text)
    except _Rejected:
        return None


def _outcomes(request, arguments, events):
    load = _load(request["program"], events)
    if _type(load) is list:
        return [["rejected", ""] if nodes is None else load for nodes in arguments]
    limit = request["outputChars"]
    passes = [
        [_call(load, nodes, limit) for nodes in arguments] for _ in range(request["repeat"])
    ]
    first = passes[0]
    for later in passes[1:]:
        first = [
            mine if mine == other else ["nondeterministic", ""]
            for mine, other in zip(first, later)
        ]
    return first


def _load(program, events):
    """The program's f, or the outcome of having none."""
    try:
        code = _compile(program, "<task>", "exec", 0, True)
    except (MemoryError, RecursionError) as problem:
        return _error(problem)
    except _BaseException:
        return ["error", "SyntaxError"]
    space = {"__name__": "task", "__builtins__": __builtins__}
    _audit(_counter(events))
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
        value = function(*[_build(node) for node in nodes])
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
