"""What code does in a worker, in every supported Python."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import uv

from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.handle import Handle
from beep_jupyter.errors import ExecutionError, ExecutionTimeoutError, TransferError, UsageError, WorkerDiedError
from beep_jupyter.home import Home
from beep_jupyter.models import Execution

from .conftest import Start


def text_of(execution: Execution, name: str = "stdout") -> str:
    return "".join(output["text"] for output in execution.outputs if output.get("name") == name)


def test_a_namespace_persists_and_the_last_expression_is_the_value(every_backend: Backend) -> None:
    assert every_backend.evaluate("x = 20") is None
    assert every_backend.evaluate("def double(n):\n    return 2 * n\n\ndouble(x) + 2") == 42


def test_text_from_print_children_and_descriptors_keeps_its_order(every_backend: Backend) -> None:
    code = """
import os, subprocess, sys
print("1 print")
os.system("echo 2 system")
print("3 print", end="")
print()
os.write(1, b"4 descriptor\\n")
print("5 print")
subprocess.run(["echo", "6 child"])
sys.stdout.buffer.write(b"7 buffer\\n")
print("8 print")
"""
    lines = text_of(every_backend.execute(code)).splitlines()
    assert [line[0] for line in lines] == list("12345678")


def test_line_ends_keep_their_place_between_bytes_of_descriptors(every_backend: Backend) -> None:
    code = """
import os, time
for number in range(300):
    os.write(1, b"1")
    print()
    print("2", end="")
    os.write(1, b"3")
    print()
    print("4", end=" ")
    os.write(1, b"5")
    print("6", end="")
    time.sleep(number % 10 / 2000)  # so that the thread that drains comes at every place
    print()
"""
    assert text_of(every_backend.execute(code)) == "1\n23\n4 56\n" * 300


def test_c_code_that_prints_through_stdio_arrives_with_its_cell(backend: Backend) -> None:
    code = "import ctypes\nprint('before')\nctypes.CDLL(None).puts(b'from C')"
    assert "from C" in text_of(backend.execute(code))


def test_c_code_may_print_much_while_it_holds_the_gil(host_backend: Backend) -> None:
    code = "import ctypes\nctypes.PyDLL(None).write(1, b'x' * 500_000, 500_000)"
    execution = host_backend.execute(code, timeout_s=20)
    assert text_of(execution) == "x" * 500_000


def test_stderr_is_a_stream_of_its_own(backend: Backend) -> None:
    execution = backend.execute("import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('out again')")
    assert [(output["name"], output["text"]) for output in execution.outputs] == [
        ("stdout", "out\n"),
        ("stderr", "err\n"),
        ("stdout", "out again\n"),
    ]


def test_output_comes_while_the_code_runs(host_backend: Backend) -> None:
    arrivals: list[float] = []
    begun = time.monotonic()
    host_backend.execute(
        "import time\nprint('first')\ntime.sleep(0.5)\nprint('last')",
        on_output=lambda output: arrivals.append(time.monotonic() - begun),
    )
    assert arrivals[0] < 0.3 < arrivals[-1]


def test_long_output_is_coalesced_and_not_cut(host_backend: Backend) -> None:
    execution = host_backend.execute("for number in range(100_000):\n    print(number)")
    assert text_of(execution).split() == [str(number) for number in range(100_000)]
    assert len(execution.outputs) < 1000


def test_characters_split_between_two_writes_to_a_descriptor_are_whole(host_backend: Backend) -> None:
    code = "import os, time\nos.write(1, '€'.encode()[:1])\ntime.sleep(0.1)\nos.write(1, '€'.encode()[1:])"
    assert text_of(host_backend.execute(code)) == "€"


def test_threads_that_print_lose_nothing(backend: Backend) -> None:
    code = """
import threading
def say(name):
    for number in range(2000):
        print("%s%d" % (name, number))
threads = [threading.Thread(target=say, args=(name,)) for name in "abcd"]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
    text = text_of(backend.execute(code))
    wanted = {f"{name}{number}" for name in "abcd" for number in range(2000)}
    assert sum(text.count(name) for name in "abcd") == len(wanted)
    assert text.count("\n") == len(wanted)


def test_what_is_printed_between_cells_comes_with_the_next(host_backend: Backend) -> None:
    code = "import threading\nthreading.Timer(0.1, lambda: print('from a thread')).start()"
    assert text_of(host_backend.execute(code)) == ""
    time.sleep(0.4)
    assert text_of(host_backend.execute("print('from the cell')")) == "from a thread\nfrom the cell\n"


def test_an_error_shows_the_cells_own_lines_and_no_frame_of_ours(every_backend: Backend) -> None:
    with pytest.raises(ExecutionError) as caught:
        every_backend.execute("def divide(n):\n    return n / 0\n\ndivide(1)")
    error = caught.value
    assert (error.ename, error.evalue) == ("ZeroDivisionError", "division by zero")
    assert str(error) == "ZeroDivisionError: division by zero"
    shown = "\n".join(error.traceback)
    assert "return n / 0" in shown
    assert "divide(1)" in shown
    assert "beep_jupyter" not in shown
    assert error.execution is not None
    assert error.execution.outputs[-1]["output_type"] == "error"


@pytest.mark.parametrize(
    "code", ["input()", "try:\n    input()\nexcept EOFError as error:\n    raise ValueError from error"]
)
def test_what_the_worker_itself_raises_shows_no_frame_of_ours(every_backend: Backend, code: str) -> None:
    with pytest.raises(ExecutionError) as caught:
        every_backend.execute(code)
    shown = "\n".join(caught.value.traceback)
    assert "    input()" in shown
    assert "EOFError: a routed cell has no standard input" in shown
    assert "beep_jupyter" not in shown


def test_a_syntax_error_points_at_its_place(backend: Backend) -> None:
    with pytest.raises(ExecutionError) as caught:
        backend.evaluate("x = (1 +\ny = 2 2")
    assert caught.value.ename == "SyntaxError"
    assert any("^" in line for line in caught.value.traceback)


def test_chained_exceptions_show_both(backend: Backend) -> None:
    code = "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('gone') from error"
    with pytest.raises(ExecutionError) as caught:
        backend.evaluate(code)
    shown = "\n".join(caught.value.traceback)
    assert "direct cause" in shown
    assert "1 / 0" in shown


def test_user_code_finds_its_own_source(backend: Backend) -> None:
    code = "import inspect, traceback\ndef f():\n    return 'mark'\ninspect.getsource(f)"
    assert "mark" in backend.evaluate(code)
    shown = backend.evaluate("try:\n    1 / 0\nexcept ZeroDivisionError:\n    text = traceback.format_exc()\ntext")
    assert "    1 / 0\n" in shown


def test_many_texts_are_forgotten_and_what_they_defined_is_still_shown(host_backend: Backend) -> None:
    host_backend.evaluate("def first():\n    return 'mark'")
    for number in range(400):
        host_backend.evaluate(f"{number} + 1")
    assert host_backend.evaluate("import linecache\nlen(linecache.cache)") < 400
    assert "mark" in host_backend.evaluate("import inspect\ninspect.getsource(first)")


def test_check_false_returns_the_execution_of_code_that_raised(host_backend: Backend) -> None:
    execution = host_backend.execute("print('so far')\n1 / 0", check=False)
    assert execution.status == "error"
    assert execution.error is not None
    assert execution.error["ename"] == "ZeroDivisionError"
    assert text_of(execution) == "so far\n"


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "import sys; sys.exit()", "exit_now = True\nraise SystemExit"])
def test_system_exit_is_an_error_and_the_worker_lives(host_backend: Backend, code: str) -> None:
    host_backend.evaluate("kept = 1")
    with pytest.raises(ExecutionError) as caught:
        host_backend.evaluate(code)
    assert caught.value.ename == "SystemExit"
    assert host_backend.evaluate("kept") == 1


def test_input_says_why_there_is_none(backend: Backend) -> None:
    with pytest.raises(ExecutionError, match="EOFError: a routed cell has no standard input"):
        backend.evaluate("input('name? ')")


def test_cells_may_await_and_share_one_loop(every_backend: Backend) -> None:
    every_backend.evaluate("import asyncio\ntask = asyncio.ensure_future(asyncio.sleep(0.01, 'slept'))")
    assert every_backend.evaluate("await task") == "slept"


def test_inputs_and_outputs_travel_with_the_cell(every_backend: Backend) -> None:
    execution = every_backend.execute(
        "total = sum(numbers)\nraw = data[::-1]", {"numbers": [1, 2, 3], "data": b"abc"}, ["total", "raw"]
    )
    assert execution.values == {"total": 6, "raw": b"cba"}


def test_large_bytes_travel_whole_both_ways(host_backend: Backend) -> None:
    data = bytes(range(256)) * (1 << 14)
    host_backend.put(data=data)
    assert host_backend.evaluate("len(data), data[:3]") == (len(data), b"\0\1\2")
    assert host_backend.get("data") == data


def test_a_missing_output_fails_the_cell_after_it_ran_and_brings_the_others(host_backend: Backend) -> None:
    with pytest.raises(ExecutionError, match="did not define 'b'") as caught:
        host_backend.execute("a = 1", outputs=["a", "b"])
    assert caught.value.execution is not None
    assert caught.value.execution.values == {"a": 1}


def test_what_cannot_travel_out_stays_as_a_handle(host_backend: Backend) -> None:
    value = host_backend.evaluate("thing = object()\n[1, thing]")
    assert isinstance(value, Handle)
    assert value.type_name == "list"
    assert "cannot travel" in value.reason
    assert host_backend.evaluate("given[1] is thing", {"given": value}) is True
    assert host_backend._transport.control("ping", {})["protocol"] == 1


def test_a_handle_frees_its_object_when_it_is_collected(host_backend: Backend) -> None:
    host_backend.evaluate("import gc, weakref\nclass Thing:\n    pass\nthing = Thing()\nseen = weakref.ref(thing)")
    handle = host_backend.evaluate("thing")
    host_backend.evaluate("del thing")
    assert host_backend.evaluate("gc.collect(); seen() is not None") is True
    del handle
    assert host_backend.evaluate("1") == 1
    assert host_backend.evaluate("gc.collect(); seen() is None") is True


def test_what_cannot_travel_in_is_refused_before_anything_runs(host_backend: Backend) -> None:
    with pytest.raises(TransferError, match="'lock' cannot be sent to backend 'test'"):
        host_backend.execute("ran = True", {"lock": object()})
    assert "ran" not in host_backend.variables()


def test_locals_are_bound_for_the_call_and_put_back(host_backend: Backend) -> None:
    host_backend.evaluate("x = 'before'")
    assert host_backend.evaluate("x + y", {"x": "a", "y": "b"}) == "ab"
    assert host_backend.evaluate("x") == "before"
    with pytest.raises(ExecutionError, match="NameError"):
        host_backend.evaluate("y")


def test_variables_are_listed_got_and_deleted(host_backend: Backend) -> None:
    receipts = host_backend.put(number=1, text="a" * 1000)
    assert [receipt.name for receipt in receipts] == ["number", "text"]
    found = host_backend.variables()
    assert found["number"]["type"] == "int"
    assert len(found["text"]["repr"]) == 200
    host_backend.delete("number")
    with pytest.raises(UsageError, match="there is no variable 'number'"):
        host_backend.get("number")
    with pytest.raises(UsageError, match="there is no variable 'number'"):
        host_backend.delete("number")
    with pytest.raises(UsageError, match="'a b' cannot name a variable"):
        host_backend.put(**{"a b": 1})


def test_a_timeout_interrupts_and_keeps_the_state(backend: Backend) -> None:
    backend.evaluate("kept = 1")
    with pytest.raises(ExecutionTimeoutError, match=r"did not end within 0\.3 s"):
        backend.execute("import time\ntime.sleep(30)", timeout_s=0.3)
    with pytest.raises(ExecutionTimeoutError):
        backend.evaluate("while True: pass", timeout_s=0.3)
    assert backend.evaluate("kept") == 1


def test_code_that_outlives_its_timeout_is_killed(host_backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beep_jupyter.backends.pipe_call.KILL_AFTER_TIMEOUT_S", 0.3)
    code = "import time\nwhile True:\n    try:\n        time.sleep(30)\n    except KeyboardInterrupt:\n        pass"
    with pytest.raises(WorkerDiedError, match="did not stop within 5 s of its timeout") as caught:
        host_backend.execute(code, timeout_s=0.2)
    assert caught.value.reason == "timeout"
    assert host_backend.evaluate("1 + 1") == 2


def test_nothing_of_ours_is_on_the_workers_path(backend: Backend) -> None:
    path = backend.evaluate("import sys\nsys.path")
    assert path[0] == ""
    assert not [entry for entry in path if "beep" in entry]
    assert backend.evaluate("__name__, '__file__' in globals()") == ("__main__", False)


def test_a_worker_imports_only_cheap_modules(backend: Backend, python: Path) -> None:
    code = "import sys; print(*sys.modules)"
    bare = subprocess.run([str(python), "-I", "-c", code], capture_output=True, text=True, check=True).stdout.split()
    loaded = set(backend.evaluate("import sys\nlist(sys.modules)")) - set(bare)
    assert not loaded & {
        "typing",
        "dataclasses",
        "asyncio",
        "traceback",
        "subprocess",
        "threading",
        "datetime",
        "socket",
    }


def test_compiled_files_of_ours_go_to_the_homes_cache(backend: Backend) -> None:
    source = Path(sys.modules["beep_jupyter"].__file__ or "").parent / "worker"
    tag = backend.evaluate("import sys\nsys.implementation.cache_tag")
    backend.evaluate("1 / 1")
    with pytest.raises(ExecutionError):
        backend.evaluate("1 / 0")
    own = sys.implementation.cache_tag
    assert tag == own or not list(source.glob(f"__pycache__/*{tag}*"))


def test_a_worker_inherits_the_owners_variables_but_for_what_would_mislead_it(
    start: Start, home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("PYTHONPATH", "MPLBACKEND", "JPY_PARENT_PID", "JUPYTER_TOKEN", "CONDA_PREFIX"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("MINE", "kept")
    monkeypatch.chdir(tmp_path)
    with start() as backend:
        variables = backend.evaluate("import os\ndict(os.environ)")
        assert variables["MINE"] == "kept"
        misleading = {"PYTHONPATH", "MPLBACKEND", "JPY_PARENT_PID", "JUPYTER_TOKEN", "CONDA_PREFIX"}
        assert not misleading & set(variables)
        assert variables["BEEP_HOME"] == str(home.root)
        assert variables["PATH"].split(":")[0] == str(Path(sys.executable).parent)
        assert backend.evaluate("os.getcwd()") == str(tmp_path)


def test_pip_means_uv_for_this_environment(start: Start, tmp_path: Path) -> None:
    subprocess.run([uv.find_uv_bin(), "venv", "-q", "-p", sys.executable, str(tmp_path / "e")], check=True)
    with start(tmp_path / "e" / "bin" / "python") as backend:
        backend.evaluate("import subprocess\nlisting = subprocess.check_output(['pip', 'list', '--format', 'json'])")
        assert backend.get("listing").strip() == b"[]"
        about = backend.evaluate("subprocess.check_output(['pip', '--version'], text=True)")
        assert re.fullmatch(rf"uv [\d.]+.*, as pip for {tmp_path}/e/bin/python\n", about)
        assert backend.evaluate("import os\nos.environ['VIRTUAL_ENV']") == str(tmp_path / "e")


def test_a_child_that_prints_without_end_does_not_hold_up_its_cell(backend: Backend) -> None:
    code = "import subprocess, time\nchild = subprocess.Popen(['yes'])\ntime.sleep(0.2)\n'done'"
    assert backend.execute(code, timeout_s=10).result == "done"
    backend.execute("child.kill()\nchild.wait()", timeout_s=10)


def test_a_stdout_that_the_code_points_elsewhere_keeps_nobody_busy(backend: Backend) -> None:
    backend.evaluate("import os, time\nos.dup2(os.open(os.devnull, os.O_WRONLY), 1)")
    assert backend.evaluate("begun = time.process_time()\ntime.sleep(0.5)\ntime.process_time() - begun") < 0.1
    assert text_of(backend.execute("print('seen')")) == "seen\n"
