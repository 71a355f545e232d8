"""A zygote that breaks its protocol on demand: passes any self-test, then does what the program's text says.

Speaks the frames of resources/python/zygote.py. The first word of a program is what happens to its request.
"""

import json
import os
import struct
import sys
import time

CONFINED = ["read a file"]
EXPOSED = ["host file is unreachable"]


def exactly(size):
    data = b""
    while len(data) < size:
        more = os.read(0, size - len(data))
        if not more:
            sys.exit(0)
        data += more
    return data


def frame(request_id, data, ending=0, code=0):
    return struct.pack("<IIHHII", 16 + len(data), request_id, ending, code, 0, 0) + data


def answer(request, text="i1;"):
    body = [[["ok", text] for _ in request["inputs"]], {}]
    return (request["nonce"] + json.dumps(body) + "\n").encode("ascii")


os.write(1, frame(0, json.dumps({"python": "3.9.0", "modules": [], "landlock": 0, "process": 1}).encode("ascii")))
while True:
    (length,) = struct.unpack("<I", exactly(4))
    request_id, mode, *_ = struct.unpack("<IIIII", exactly(20))
    request = json.loads(exactly(length - 20) or b"{}")
    if mode in (2, 3):
        rows = [[name, True, "EPERM"] for name in (CONFINED if mode == 2 else EXPOSED)]
        os.write(1, frame(request_id, (request["nonce"] + json.dumps(rows) + "\n").encode("ascii")))
        continue
    good = frame(request_id, answer(request))
    what = request["program"].split()[0]
    if what == "truncate":
        os.write(1, good[: len(good) // 2])
        sys.exit(0)
    elif what == "garbage":
        os.write(1, b"\xff" * 64)
    elif what == "huge":
        os.write(1, struct.pack("<I", 1 << 30) + b"x" * 64)
    elif what == "other":
        os.write(1, frame(request_id + 1000, answer(request)))
    elif what == "twice":
        os.write(1, good + good)
    elif what == "unknown":
        os.write(1, frame(request_id, answer(request), ending=77))
    elif what == "silent":
        time.sleep(3600)
    elif what == "die":
        os.kill(os.getpid(), 9)
    elif what == "slow":
        for at in range(len(good)):
            os.write(1, good[at : at + 1])
    else:
        os.write(1, good)
