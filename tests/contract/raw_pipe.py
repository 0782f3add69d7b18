"""A client of the pipe, written from docs/reference/protocol.md alone: `python raw_pipe.py CONNECTION_FILE`."""

import json
import socket
import struct
import sys


def frame(header, buffers=()):
    body = json.dumps(header).encode()
    sizes = b"".join(struct.pack("<Q", len(buffer)) for buffer in buffers)
    return struct.pack("<II", len(body), len(buffers)) + body + sizes + b"".join(buffers)


def read_frame(stream):
    size, count = struct.unpack("<II", stream.read(8))
    header = json.loads(stream.read(size))
    sizes = [struct.unpack("<Q", stream.read(8))[0] for _ in range(count)]
    return header, [stream.read(size) for size in sizes]


class Pipe:
    def __init__(self, address, token, kind="session"):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(address[len("unix:") :])
        self.stream = self.socket.makefile("rb")
        self.socket.sendall(frame({"type": "hello", "protocol": 1, "token": token, "kind": kind}))
        self.ready, _ = read_frame(self.stream)
        self.id = 0

    def ask(self, command, buffers=(), **fields):
        self.id += 1
        request = {"type": "request", "id": self.id, "command": command, "fields": fields}
        self.socket.sendall(frame(request, buffers))
        header = {"type": "event"}
        while header["type"] == "event":
            header, received = read_frame(self.stream)
        if "error" in header:
            raise LookupError(header["error"]["code"])
        return header["fields"], received


def main(path):
    with open(path) as file:
        found = json.load(file)
    pipe = Pipe(found["address"], found["token"])
    counter = pipe.ask("create", moduleName="collections", className="Counter", args=["abca"])[0]["handleId"]
    pairs = pipe.ask("call", handleId=counter, methodName="most_common", args=[1])[0]["value"]
    assert pairs == [{"$type": "tuple", "value": ["a", 2]}]
    pipe.ask("setattr", handleId=counter, attributeName="same", value={"$type": "handle", "value": counter})
    assert pipe.ask("getattr", handleId=counter, attributeName="same")[0]["typeName"] == "collections.Counter"
    pipe.ask("call", [b"xyz"], handleId=counter, methodName="update", args=[{"$type": "bytes", "value": 0}])
    numbers = pipe.ask("wrap", value=[1, 2.5])[0]["handleId"]
    fields, (data,) = pipe.ask("tofloatarray", handleId=numbers)
    assert (fields["shape"], struct.unpack("<2d", data)) == ([2], (1.0, 2.5))
    pipe.ask("dispose", handleId=counter)
    try:
        pipe.ask("call", handleId=counter, methodName="clear")
    except LookupError as unknown:
        print("done:", unknown)


if __name__ == "__main__":
    main(sys.argv[1])
