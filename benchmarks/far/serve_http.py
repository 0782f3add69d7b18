"""Bare HTTP: FastAPI and uvicorn with endpoints that evaluate a text, and take and give an array as an octet stream."""

from __future__ import annotations

import socket
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

app = FastAPI()
kept: Any = None


class Code(BaseModel):
    code: str


@app.post("/eval")
async def evaluate(body: Code) -> dict[str, Any]:
    """What a call costs without tokens, gates, a worker of its own and interrupts."""
    return {"value": eval(body.code)}


@app.put("/data")
async def put(request: Request) -> None:
    """Takes an array."""
    import numpy

    global kept
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
    kept = numpy.frombuffer(data)


@app.get("/sum")
async def read() -> dict[str, float]:
    """Reads all of it."""
    return {"value": float(kept.sum())}


@app.get("/data")
async def get() -> Response:
    """Gives it back."""
    return Response(kept.tobytes(), media_type="application/octet-stream")


def main() -> None:
    """Serves on a free loopback port, which it reports."""
    # Without IPPROTO_TCP asyncio sets no TCP_NODELAY: 44 ms a call.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    parent = socket.socket(fileno=int(sys.argv[1]))
    parent.sendall(f"127.0.0.1:{listener.getsockname()[1]}\n".encode())
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])


if __name__ == "__main__":
    main()
