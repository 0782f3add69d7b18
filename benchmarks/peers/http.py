"""Bare FastAPI, uvicorn and httpx: the floor of our calls over HTTP, and a peer for arrays."""

from __future__ import annotations

from typing import Any

from ..contestant import Contestant
from ..far_process import FarProcess


class BareHttp(Contestant):
    """One connection that is kept; the server evaluates the text itself."""

    name = "bare-http"
    what = "bare FastAPI, uvicorn and httpx; arrays as octet streams"
    libraries = ("fastapi", "uvicorn", "httpx")
    distribution = "fastapi"

    def __init__(self) -> None:
        self._far: FarProcess | None = None
        self._client: Any = None

    def start(self) -> None:
        import httpx

        self._far = FarProcess("serve_http.py")
        self._client = httpx.Client(base_url=f"http://{self._far.read_line()}", trust_env=False, timeout=60)

    def close(self) -> None:
        if self._far is not None:
            if self._client is not None:
                self._client.close()
            self._far.close()
            self._far = None

    def call(self) -> Any:
        return self._client.post("/eval", json={"code": "1 + 1"}).json()["value"]

    def worker_pid(self) -> int:
        assert self._far is not None
        return self._far.pid

    def put(self, array: Any) -> None:
        self._client.put("/data", content=array.tobytes()).raise_for_status()

    def read(self) -> float:
        total: float = self._client.get("/sum").json()["value"]
        return total

    def get(self) -> Any:
        import numpy

        return numpy.frombuffer(self._client.get("/data").raise_for_status().content)
