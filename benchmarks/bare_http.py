"""The floor of HTTP: FastAPI and uvicorn with one endpoint that evaluates a text. Started by `floor.py`."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Code(BaseModel):
    code: str


@app.post("/eval")
async def evaluate(body: Code) -> dict[str, Any]:
    """What a call costs without tokens, gates, a worker of its own and interrupts."""
    return {"value": eval(body.code)}


def main() -> None:
    """Serves on a free loopback port, which it prints."""
    listener = socket.socket(
        socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # else no TCP_NODELAY: 44 ms a call
    listener.bind(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])


if __name__ == "__main__":
    main()
