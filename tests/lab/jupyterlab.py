"""A JupyterLab of one's own: a real server with our extension, its folders, its settings and an end that is proved."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
from nbformat import NotebookNode, read, write
from nbformat.v4 import new_code_cell, new_notebook

from beep_jupyter.resources import find_folder

CHECKOUT = Path(__file__).parents[2]
TOKEN = "0123456789abcdef"
HOST_PYTHON = str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())
KERNELSPEC = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
READY_S = 60.0
END_S = 20.0
# What Lab would ask or show that is no part of a test. All cells are drawn, so that tests find those out of sight too.
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none", "recordTiming": False},
}


class JupyterLab:
    """A server process that nobody else's set-up can reach, with one environment, `plain`.

    Args:
        folder: a short path (sockets live below it), which holds all that it reads and writes.
    """

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.root = folder / "root"
        self._folder = folder
        self._log = folder / "server.log"
        shutil.copytree(find_folder("notebooks"), self.root)
        _write_json(folder / "config/labconfig/default_setting_overrides.json", SETTINGS)
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        _write_json(folder / "data/kernels/python3/kernel.json", {"argv": command, **KERNELSPEC})
        self._make_environment("plain")
        self.process = self._start()
        self.url = self._ready()

    def _make_environment(self, name: str) -> None:
        """One without packages, which is made in a moment."""
        command = [sys.executable, "-m", "beep_jupyter", "venv", "create", name]
        subprocess.run(command, env=self._variables(), cwd=self.root, check=True, capture_output=True)

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
        given = [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={self.root}"]
        given.append("--ServerApp.jpserver_extensions=jupyter_lsp=False")  # it looks for programs for some seconds
        with self._log.open("w") as log:
            return subprocess.Popen(
                [*command, *given],
                env=self._variables(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.root,
                start_new_session=True,
            )

    def _variables(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY_", "BEEP_"))}
        return kept | {
            "BEEP_HOME": str(self.home),
            "IPYTHONDIR": str(self._folder / "ipython"),
            "JUPYTER_RUNTIME_DIR": str(self._folder / "run"),
            "JUPYTER_CONFIG_DIR": str(self._folder / "config"),
            "JUPYTER_CONFIG_PATH": str(CHECKOUT / "jupyter-config"),
            "JUPYTER_DATA_DIR": str(self._folder / "data"),
            "JUPYTERLAB_SETTINGS_DIR": str(self._folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self._folder / "workspaces"),
            "PYTHONPATH": str(CHECKOUT),
            "BEEP_RUNTIME_DEFAULT": HOST_PYTHON,
        }

    def _ready(self) -> str:
        info = self._folder / f"run/jpserver-{self.process.pid}.json"
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                return f"http://127.0.0.1:{json.loads(info.read_text())['port']}"
            except (FileNotFoundError, ValueError):
                time.sleep(0.05)
        self.end()
        raise AssertionError(f"JupyterLab did not start:\n{self._log.read_text()}")

    def add(self, name: str, *cells: str) -> str:
        """Puts a notebook of code cells into the root folder; its name comes back."""
        write(self._notebook(cells), self.root / name)
        return name

    @staticmethod
    def _notebook(cells: tuple[str, ...]) -> NotebookNode:
        # Without a kernelspec Lab would ask for one.
        return new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": KERNELSPEC})

    def code_cells(self, name: str) -> int:
        """How many code cells a notebook of the root folder has."""
        return sum(cell.cell_type == "code" for cell in read(self.root / name, as_version=4).cells)

    def end_kernels(self) -> None:
        """Ends all kernels, and so what they own."""
        headers = {"Authorization": f"token {TOKEN}"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=END_S, trust_env=False) as client:
            for kernel in client.get("/api/kernels").json():
                client.delete(f"/api/kernels/{kernel['id']}").raise_for_status()

    def processes(self) -> list[int]:
        """All that were started from it, whoever is their parent by now: its folder is in what they inherited."""
        return [int(path.name) for path in Path("/proc").glob("[0-9]*") if self._is_ours(path)]

    def _is_ours(self, process: Path) -> bool:
        try:
            return str(self._folder).encode() in (process / "environ").read_bytes()
        except (OSError, PermissionError):
            return False

    def end(self) -> None:
        """Ends it as a service manager would, and waits for that."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"JupyterLab did not end:\n{self._log.read_text()[-3000:]}") from None


def _write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
