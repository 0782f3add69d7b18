"""What the two sides find out of each other: once, when it matters, and anew before anything is refused for it."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.connection_file import read
from beep_jupyter.backends.session import Session
from beep_jupyter.errors import TransferError

from .conftest import Environments, Start
from .places import ON_HOST


def asked(session: Session, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that a session's transport carries out from here on."""
    seen: list[str] = []
    transport = session._transport
    call = transport.call

    def noting(command: str, *args: object, **options: object) -> object:
        seen.append(command)
        return call(command, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(transport, "call", noting)
    return seen


def test_nothing_is_asked_before_it_matters_and_then_once(
    fresh_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = asked(fresh_session, monkeypatch)
    fresh_session.put(x=[1, 2.5, b"small"])
    assert fresh_session.evaluate("x") == [1, 2.5, b"small"]
    assert "capabilities" not in seen
    for _ in range(3):
        fresh_session.put(x=bytes(2 << 20))
    assert seen.count("capabilities") == 1


def test_a_library_that_is_installed_meanwhile_is_found(
    start: Start, kind: str, environments: Environments, tmp_path: Path
) -> None:
    where = tmp_path / "late"
    environments.make(ON_HOST[0].values[0].interpreter, where)
    with start(kind, where) as backend:
        with pytest.raises(TransferError, match=r"has no numpy\. .*install"):
            backend.put(x=np.arange(3))
        site = backend.evaluate("import sys\nnext(path for path in sys.path if path.endswith('site-packages'))")
        Path(site, "host.pth").write_text(f"{Path(np.__file__).parent.parent}\n")
        backend.restart()
        backend.put(x=np.arange(3))
        assert backend.evaluate("x.sum()") == 3


def test_a_value_whose_library_the_client_lacks_stays_with_the_reason(start: Start, kind: str) -> None:
    """A client without NumPy, which is what hiding it makes of this one."""
    code = (
        "import sys; sys.modules['numpy'] = None\n"
        "from beep_jupyter import Beep\n"
        "found = Beep().connect(sys.argv[1]).evaluate('import numpy\\nnumpy.arange(3)')\n"
        "print(found.type_name, '|', found.reason, '|', found.cure)"
    )
    with start(kind, Path(sys.prefix)) as backend:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code, backend.connection_file],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=Path(__file__).parents[2],
        )
    kind_name, reason, cure = done.stdout.strip().split(" | ") if done.stdout else (done.stderr, "", "")
    assert kind_name == "numpy.ndarray"
    assert "the client's Python has no numpy" in reason
    assert "pip install numpy" in cure


def test_a_client_that_is_dropped_is_gone_without_the_garbage_collector(host_backend: Backend) -> None:
    gc.disable()
    try:
        client = Backend(read(host_backend.connection_file))
        client.health()
        transport = weakref.ref(client._transport)
        del client
        assert transport() is None
    finally:
        gc.enable()
