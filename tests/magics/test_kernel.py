"""The magics in a real ipykernel, as a front end sees them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

pytestmark = [
    pytest.mark.usefixtures("legacy"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


class Kernel:
    """One running kernel and its client."""

    def __init__(self) -> None:
        self.manager = KernelManager()
        self.manager.start_kernel()
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def send(self, code: str) -> str:
        return self.client.execute(code)

    def run(self, code: str) -> list[dict[str, Any]]:
        """The outputs of a cell."""
        return self.outputs(self.send(code))

    def outputs(self, request: str) -> list[dict[str, Any]]:
        found = []
        while True:
            message = self.client.get_iopub_msg(timeout=30)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return found
            if kind in ("stream", "display_data", "execute_result", "error", "update_display_data"):
                found.append({"kind": kind, **content})

    def reply(self, request: str) -> dict[str, Any]:
        while True:
            message = self.client.get_shell_msg(timeout=30)
            if message["parent_header"].get("msg_id") == request:
                return message["content"]

    def until(self, ask: Callable[[], str], is_enough: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """The reply that is enough: a backend on a busy machine may not answer Tab within 0.3 s at first."""
        deadline = time.monotonic() + 20
        while True:
            reply = self.reply(ask())
            if is_enough(reply) or time.monotonic() > deadline:
                return reply

    def wait_for(self, request: str, text: str) -> None:
        """Until that cell has printed this text."""
        while True:
            message = self.client.get_iopub_msg(timeout=30)
            if message["parent_header"].get("msg_id") == request and text in message["content"].get("text", ""):
                return

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
        self.client.context.term()


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    kernel.run("%load_ext beep_jupyter")
    yield kernel
    kernel.close()


def test_a_cell_looks_as_if_it_were_local_and_stops_and_completes(kernel: Kernel) -> None:
    local = kernel.run("import sys\nprint('o')\nprint('e', file=sys.stderr)\n[1, 2]")
    routed = kernel.run("%%beep_eval legacy\nimport sys\nprint('o')\nprint('e', file=sys.stderr)\n[1, 2]")
    assert _without_count(routed) == _without_count(local)
    assert routed[-1]["execution_count"] == local[-1]["execution_count"] + 1

    request = kernel.send("%%beep_eval legacy\n1 / 0")
    outputs, reply = kernel.outputs(request), kernel.reply(request)
    assert (reply["status"], reply["ename"], reply["evalue"]) == ("error", "ZeroDivisionError", "division by zero")
    assert [output["kind"] for output in outputs] == ["error"]
    assert not any("run_cell_magic" in line for line in outputs[0]["traceback"])

    request = kernel.send("%beep venv status nope")
    outputs, reply = kernel.outputs(request), kernel.reply(request)
    assert (reply["status"], reply["ename"]) == ("error", "EnvironmentNotFoundError")
    assert outputs[0]["traceback"][1] == "There are: legacy."

    completion = kernel.reply(kernel.client.complete("%beep venv st", 13))
    assert completion["matches"] == ["status"]


def test_the_stop_button_interrupts_and_the_variables_survive(kernel: Kernel) -> None:
    kernel.run("%%beep_eval legacy\nx = 5")
    request = kernel.send("%%beep_eval legacy\nimport time\nprint('begun')\ntime.sleep(60)")
    kernel.wait_for(request, "begun")
    begun = time.monotonic()
    kernel.manager.interrupt_kernel()
    reply = kernel.reply(request)
    assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
    assert time.monotonic() - begun < 5
    assert kernel.outputs(request)[0]["text"] == "Interrupted. 'legacy' and its variables are still there.\n"
    assert kernel.run("%%beep_eval legacy\nx")[0]["data"] == {"text/plain": "5"}


def test_the_stop_button_interrupts_several_backends_and_waits_for_each(kernel: Kernel) -> None:
    kernel.run("%beep start --venv legacy --name one\n")
    kernel.run("%beep start --venv legacy --name two\n")
    request = kernel.send(
        "%%beep_eval one,two -o ended\nimport time\nended = False\ntry:\n    time.sleep(60)\n"
        "finally:\n    time.sleep(0.5); print('ended')"
    )
    time.sleep(1)
    begun = time.monotonic()
    kernel.manager.interrupt_kernel()
    outputs, reply = kernel.outputs(request), kernel.reply(request)
    assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
    assert time.monotonic() - begun < 5
    assert outputs[0]["data"]["text/html"].count("ended\n") == 2


def test_the_stop_button_at_our_own_work_shows_none_of_it(kernel: Kernel) -> None:
    kernel.run("%%beep_eval legacy --bg job\nimport time\ntime.sleep(60)")
    for code in ("job.result()", "%%beep_eval legacy\n1"):
        request = kernel.send(code)
        time.sleep(0.5)
        kernel.manager.interrupt_kernel()
        outputs, reply = kernel.outputs(request), kernel.reply(request)
        assert (reply["status"], reply["ename"], len(outputs[0]["traceback"])) == ("error", "KeyboardInterrupt", 1)
    assert "running" in kernel.run("job")[0]["data"]["text/plain"]
    kernel.run("job.cancel()")


def test_a_cell_that_awaits_is_not_run_in_the_notebook_too(kernel: Kernel) -> None:
    request = kernel.send("%%beep_eval legacy --local\nimport asyncio\nawait asyncio.sleep(0)")
    assert kernel.reply(request)["evalue"].startswith("A cell that awaits cannot run in the notebook too.")


def test_an_error_of_the_local_run_is_told_once(kernel: Kernel) -> None:
    kernel.run("%%beep_eval legacy\nonly_there = 1")
    request = kernel.send("%%beep_eval legacy --local\nonly_there")
    outputs, reply = kernel.outputs(request), kernel.reply(request)
    assert [output["ename"] for output in outputs if output["kind"] == "error"] == ["NameError"]
    assert (reply["ename"], reply["traceback"]) == ("NameError", outputs[-1]["traceback"])


def test_text_streams_while_the_cell_runs(kernel: Kernel) -> None:
    kernel.run("%%beep_eval legacy\n1")
    request = kernel.send("%%beep_eval legacy\nimport time\nprint('early')\ntime.sleep(3)")
    begun = time.monotonic()
    kernel.wait_for(request, "early")
    assert time.monotonic() - begun < 2
    kernel.reply(request)
    assert time.monotonic() - begun > 2.5


def _without_count(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in output.items() if key != "execution_count"} for output in outputs]


def test_tab_and_shift_tab_answer_from_the_backend(kernel: Kernel) -> None:
    kernel.run("%load_ext beep_jupyter\nlocal_only = 1")
    kernel.run("%%beep_eval legacy\ndef remote_function(step, slowly=False):\n    'Goes on.'")
    code = "%%beep_eval legacy\nremote_f"
    completed = kernel.until(lambda: kernel.client.complete(code, len(code)), lambda reply: reply["matches"])
    assert completed["matches"] == ["remote_function"]
    assert code[completed["cursor_start"] : completed["cursor_end"]] == "remote_f"
    code = "%%beep_eval legacy\nremote_function("
    inspected = kernel.until(lambda: kernel.client.inspect(code, len(code)), lambda reply: reply["found"])
    assert inspected["found"] is True
    assert "Signature: remote_function(step, slowly=False)\nDocstring: Goes on." in inspected["data"]["text/plain"]
    assert "int" in kernel.reply(kernel.client.inspect("local_only", 4))["data"]["text/plain"]
    kernel.run("%unload_ext beep_jupyter")
    assert kernel.reply(kernel.client.inspect(code, len(code)))["found"] is False


def test_a_background_cell_shows_its_output_where_it_was_begun(kernel: Kernel) -> None:
    kernel.run("%%beep_eval legacy\npass")
    begun = kernel.send("%%beep_eval legacy --bg job\nimport time; time.sleep(1); print('late'); 6 * 7")
    assert kernel.outputs(begun) == []
    other = kernel.send("print('meanwhile')\njob.result(20)")
    seen = []
    while not seen or seen[-1][2].get("execution_state") != "idle" or seen[-1][0] != other:
        message = kernel.client.get_iopub_msg(timeout=30)
        seen.append((message["parent_header"].get("msg_id"), message["msg_type"], message["content"]))
    shown = [
        (request, content.get("text") or content["data"]["text/plain"])
        for request, kind, content in seen
        if kind in ("stream", "display_data", "execute_result")
    ]
    assert shown == [(other, "meanwhile\n"), (begun, "late\n"), (begun, "42"), (other, "42")]


def test_code_in_the_backend_asks_the_notebook_for_input(kernel: Kernel) -> None:
    request = kernel.client.execute(
        "%%beep_eval legacy\nimport getpass\nname = input('Who? ')\nword = getpass.getpass('Word: ')\nname + word",
        allow_stdin=True,
    )
    for prompt, is_password, answer in (("Who? ", False, "me"), ("Word: ", True, "open")):
        asked = kernel.client.get_stdin_msg(timeout=30)["content"]
        assert asked == {"prompt": prompt, "password": is_password}
        kernel.client.input(answer)
    assert [output["data"]["text/plain"] for output in kernel.outputs(request)] == ["'meopen'"]
