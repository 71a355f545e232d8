"""Frames between the app and a Python server on its standard input and output.

Not here: what the payloads mean. The other end is electron/sandbox/frame.ts.
Request: length u32, id u32, mode u32, wall ms u32, memory MB u32, longest reply u32, payload.
Reply: length u32, id u32, status u16, signal or code u16, wall us u32, cpu us u32, bytes.
"""

import os
import struct

HEAD = struct.Struct("<IIIIII")
REPLY = struct.Struct("<IIHHII")
CANCEL = 9
CHUNK = 1 << 16
EXITED, TIMEOUT, CRASHED, EXIT_CODE, TOO_LARGE, CANCELLED, NOT_RUN = range(7)


class Request:
    __slots__ = ("id", "mode", "memory", "longest", "wall", "cpu_seconds", "payload")

    def __init__(self, head, payload):
        self.id, self.mode, wall_ms, self.memory, self.longest = head
        self.wall = wall_ms / 1000
        self.cpu_seconds = -(-wall_ms // 1000)
        self.payload = payload


class Inbox:
    """Frames from the app. End of input means that the app is gone."""

    def __init__(self):
        self._bytes = bytearray()
        self._requests = []
        self.cancelled = set()

    def fill(self):
        data = os.read(0, CHUNK)
        if not data:
            os._exit(0)
        self._bytes += data
        self._split()

    def _split(self):
        while len(self._bytes) >= HEAD.size:
            length, *head = HEAD.unpack_from(self._bytes)
            if len(self._bytes) < 4 + length:
                return
            payload = bytes(self._bytes[HEAD.size : 4 + length])
            del self._bytes[: 4 + length]
            if head[1] == CANCEL:
                self.cancelled.add(head[0])
            else:
                self._requests.append(Request(head, payload))

    def next(self):
        while not self._requests:
            self.fill()
        return self._requests.pop(0)


def send(request_id, status, code, times, data):
    wall, cpu = times
    frame = REPLY.pack(REPLY.size - 4 + len(data), request_id, status, code, wall, cpu) + data
    sent = os.write(1, frame)
    while sent < len(frame):
        sent += os.write(1, frame[sent:])


def verdict(status, exit_status):
    """How a child ended: (status, signal or exit code). status is None when it was not cut short."""
    if status is not None:
        return status, 0
    if os.WIFSIGNALED(exit_status):
        signal = os.WTERMSIG(exit_status)
        return (TIMEOUT if signal == SIGXCPU else CRASHED), signal
    code = os.WEXITSTATUS(exit_status)
    return (EXIT_CODE, code) if code else (EXITED, 0)


SIGXCPU = 24
