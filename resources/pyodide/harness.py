"""The harness within the browser's interpreter: the same child.py as on Linux, behind one function for JavaScript.

Not here: isolation. There is no process, no file and no socket to be had, because the interpreter's imports are
refused (outside.js); the canaries below see whether that holds. Loaded once, into the image that every program starts from.
"""

import _socket
import gc
import importlib
import json
import os
import sys
import time
import warnings

import child
from offered import CODECS, OFFERED, SUPPORT

HIDDEN = (
    "harness child facts entry measures literal canonical offered ctypes _ctypes _socket select "
    "_posixsubprocess importlib.util"
).split()
ESCAPED, OUT_OF_MEMORY = 99, 96

_loads = json.loads
_dumps = json.dumps
_exit = os._exit
_BaseException = BaseException
_MemoryError = MemoryError


def serve(text):
    """The reply to one character for what is asked, then the request as JSON."""
    try:
        return MODES[text[0]](_loads(text[1:]))
    except _MemoryError:
        _exit(OUT_OF_MEMORY)
    except _BaseException:
        _exit(ESCAPED)


def run(request):
    # Every program starts from the same memory: without this it would draw the same numbers.
    _reseed()
    return child.run(request)


def prepare():
    """Whatever a program may import is loaded, whatever is loaded lazily is used once, and the way to more is cut."""
    warnings.simplefilter("ignore")
    for name in (*OFFERED, *SUPPORT):
        importlib.import_module(name)
    for name in CODECS:
        "x".encode(name) if name != "hex_codec" else b"x".hex()
    global _reseed
    _reseed = sys.modules["random"]._inst.seed
    time.sleep = _no_sleep
    rehearse()
    child.take_streams()
    for name in HIDDEN:
        sys.modules.pop(name, None)
    sys.path[:] = []
    sys.path_importer_cache.clear()
    os.environ.clear()
    gc.collect()
    gc.freeze()
    gc.disable()


def _no_sleep(_seconds):
    """Sleep would be a busy loop; on Linux the system call is refused."""
    raise PermissionError(1, "Operation not permitted")


def rehearse():
    """One small trusted program through the harness, so that first-time costs are paid before the image is made."""
    program = "import re\ndef f(a, b=None):\n    return [sorted({a: b}.items()), re.sub('a', 'b', 'aa'), '%s' % a]\n"
    space = {}
    exec(compile(program, "<task>", "exec"), space)
    nodes = child.literal.parse_arguments("3, [1.5, 'x', {2: (True, None)}]")
    child.canonical.canonical(space["f"](*map(child.literal.build, nodes)), 1000)
    child.facts.of_program(program)


REFUSALS = (OSError, MemoryError, AttributeError, ImportError)


def _refused(attempt):
    try:
        seen = attempt()
    except REFUSALS as problem:
        return True, type(problem).__name__
    except BaseException as problem:
        return False, type(problem).__name__
    return False, "succeeded" if seen is None else str(seen)[:60]


def _read(path):
    with open(path, "rb") as file:
        return "read %d bytes" % len(file.read())


def _create(path):
    with open(path, "wb"):
        pass


def _connect(port):
    _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM).connect(("127.0.0.1", port))


def _fork():
    os.fork()


def _shell():
    if os.system("true") != 0:
        raise PermissionError


def _javascript():
    for name in ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core"):
        try:
            __import__(name)
        except ImportError:
            continue
        return name
    raise ImportError


def _library():
    import _ctypes

    return _ctypes.dlopen(None, 0)


def canaries(request):
    """What a program might try, tried by trusted code: rows of name, whether it held, what was seen."""
    file, port, memory = request["file"], request["port"], request["memory"]
    attempts = {
        "read a file": lambda: _read(file),
        "write a file": lambda: _create(file + ".written"),
        "write into own folder": lambda: _create("written"),
        "list the root": lambda: len(os.listdir("/")),
        "connect to a TCP listener": lambda: _connect(port),
        "fork": _fork,
        "execute a program": lambda: os.execv("/bin/true", ["true"]),
        "run a shell": _shell,
        "signal the parent": lambda: os.kill(os.getppid(), 0),
        "reach JavaScript": _javascript,
        "open the C library": _library,
        "start a thread": _thread,
        "sleep": lambda: time.sleep(0.001),
        "take memory beyond the limit": lambda: len(bytearray(memory)),
    }
    rows = [[name, *_refused(attempt)] for name, attempt in attempts.items()]
    rows.append(["environment is empty", not os.environ, "%d variables" % len(os.environ)])
    seen = {"rows": rows, "python": "%d.%d.%d" % sys.version_info[:3], "modules": OFFERED}
    return request["nonce"] + _dumps(seen) + "\n"


def _thread():
    import _thread

    try:
        _thread.start_new_thread(_fork, ())
    except RuntimeError:
        raise PermissionError from None


# The numbers of electron/sandbox/frame.ts.
MODES = {"0": run, "1": child.analyse, "2": canaries}
