"""Running code: results, outputs in order and as they come, variables in and out, output between calls."""

from __future__ import annotations

import threading
import time

import pytest

from beep_jupyter.backends.handle import Handle
from beep_jupyter.backends.session import Session
from beep_jupyter.errors import ExecutionError, UsageError
from beep_jupyter.models import Execution

from . import problem_child


def texts(execution: Execution, name: str = "stdout") -> str:
    return "".join(output["text"] for output in execution.outputs if output.get("name") == name)


def test_evaluate_runs_statements_and_answers_the_last_expression(session: Session) -> None:
    assert session.evaluate("1 + 1") == 2
    assert session.evaluate("a = 20\na * 2 + 2") == 42
    assert session.evaluate("a = 1") is None
    assert session.evaluate("") is None
    assert session.evaluate("# nothing") is None
    assert session.evaluate("await __import__('asyncio').sleep(0, 'awaited')") == "awaited"


def test_locals_are_bound_for_the_call_and_put_back(session: Session) -> None:
    session.evaluate("kept = 'before'")
    assert session.evaluate("kept + new", locals={"kept": "x", "new": "y"}) == "xy"
    assert session.evaluate("kept, 'new' in globals()") == ("before", False)
    with pytest.raises(ExecutionError):
        session.evaluate("1 / 0", locals={"kept": 5})
    assert session.evaluate("kept") == "before"


def test_execute_brings_result_outputs_and_variables(session: Session) -> None:
    execution = session.execute("print(given)\ny = given * 2\ny + 1", inputs={"given": 20}, outputs=["y"])
    assert (execution.status, execution.result, execution.values) == ("ok", 41, {"y": 40})
    assert [output["output_type"] for output in execution.outputs] == ["stream", "execute_result"]
    assert execution.outputs[1]["data"]["text/plain"] == "41"
    assert execution.error is None
    assert 0 < execution.duration_s < 5


def test_a_missing_output_fails_the_cell_after_it_ran_and_the_others_come(session: Session) -> None:
    execution = session.execute("z = 1", outputs=["z", "not_there"], check=False)
    assert execution.status == "error"
    assert execution.values == {"z": 1}
    assert execution.error is not None
    assert "not_there" in execution.error["evalue"]


def test_where_outputs_may_be_partial_a_missing_one_is_no_error(session: Session) -> None:
    execution = session.execute("z = 1\nz + 1", outputs=["z", "not_there"], partial=True)
    assert (execution.status, execution.result, execution.values) == ("ok", 2, {"z": 1})


def test_everything_printed_is_there_before_the_reply_and_in_order(session: Session) -> None:
    code = "import os, sys\nfor n in range(200):\n    print(n)\nos.system('echo child')\nprint('end', file=sys.stderr)"
    execution = session.execute(code)
    assert texts(execution) == "".join(f"{n}\n" for n in range(200)) + "child\n"
    assert texts(execution, "stderr") == "end\n"


def test_outputs_arrive_while_the_code_runs_on_the_callers_thread(session: Session) -> None:
    begun, seen = time.monotonic(), []
    code = "import time\nprint('early', flush=True)\ntime.sleep(0.6)\nprint('late')"
    session.execute(code, on_output=lambda output: seen.append((time.monotonic(), output, threading.get_ident())))
    assert seen[0][1] == {"output_type": "stream", "name": "stdout", "text": "early\n"}
    assert seen[0][0] - begun < 0.5
    assert {ident for _, _, ident in seen} == {threading.get_ident()}


def test_a_flood_of_output_arrives_whole(session: Session) -> None:
    execution = session.execute(problem_child.flood(5 << 20))
    assert len(texts(execution)) == (5 << 20) // 100 * 100


def test_what_is_printed_between_calls_comes_with_the_next(session: Session) -> None:
    session.execute(problem_child.on_a_thread("print('meanwhile')", 0.05))
    time.sleep(0.3)
    assert texts(session.execute("print('next')")) == "meanwhile\nnext\n"


def test_a_forked_child_prints_and_the_parent_goes_on(session: Session) -> None:
    assert "in the child\n" in texts(session.execute(problem_child.FORK))
    assert session.evaluate("1 + 1") == 2


def test_a_result_is_shown_with_its_rich_representations(session: Session) -> None:
    code = "class Rich:\n    def _repr_html_(self):\n        return '<b>rich</b>'\nRich()"
    (output,) = session.execute(code).outputs
    assert output["output_type"] == "execute_result"
    assert output["data"]["text/html"] == "<b>rich</b>"


def test_evaluate_prints_where_this_process_prints(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    session.evaluate("import sys\nprint('out')\nprint('err', file=sys.stderr)")
    seen = capsys.readouterr()
    assert (seen.out, seen.err) == ("out\n", "err\n")


def test_variables_are_put_listed_and_deleted(session: Session) -> None:
    receipts = session.put(number=5, data=b"x" * 1000)
    assert [(receipt.name, receipt.size_bytes) for receipt in receipts][1] == ("data", 1000)
    assert all(receipt.duration_s > 0 for receipt in receipts)
    listed = session.variables()
    assert listed["number"] == {"type": "int", "repr": "5", "shape": None, "size_bytes": 28}
    session.delete("number")
    assert "number" not in session.variables()
    for missing in (session.delete, session.get):
        with pytest.raises(UsageError, match="there is no variable 'number'"):
            missing("number")
    with pytest.raises(UsageError, match="cannot name a variable"):
        session.put(**{"not a name": 1})


def test_a_variable_that_cannot_travel_is_got_as_a_handle(session: Session) -> None:
    session.evaluate("import threading\nlock = threading.Lock()")
    handle = session.get("lock")
    assert isinstance(handle, Handle)
    assert session.call(handle, "acquire") is True


def test_code_that_reads_standard_input_without_anybody_to_answer_is_told_so(session: Session) -> None:
    for code in ("input()", "import sys; sys.stdin.readline()"):
        execution = session.execute(code, check=False)
        assert execution.error is not None
        assert execution.error["ename"] == "EOFError"


def test_calls_of_several_threads_queue_and_each_gets_its_own_answer(host_session: Session) -> None:
    results: dict[int, list[int]] = {}

    def work(number: int) -> None:
        results[number] = [host_session.evaluate(f"{number} * {i}") for i in range(20)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: [number * i for i in range(20)] for number in range(6)}


def test_a_task_that_code_leaves_goes_on_between_calls(fresh_session: Session) -> None:
    code = "import asyncio\nticks = 0\nasync def tick():\n    global ticks\n    while True:\n        ticks += 1\n"
    fresh_session.execute(code + "        await asyncio.sleep(0.01)\ntask = asyncio.create_task(tick())")
    before = fresh_session.evaluate("ticks")
    time.sleep(0.3)
    assert fresh_session.evaluate("ticks") > before + 5  # type: ignore[operator]
    assert fresh_session.interrupt() is False
    assert fresh_session.execute("task.cancel()\nawait asyncio.sleep(0.02)\ntask.cancelled()").result is True
