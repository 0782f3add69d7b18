from __future__ import annotations

from IPython.utils.capture import capture_output

from beep_jupyter.magics.outputs import Publisher


class Recorder:
    """A display publisher that notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []

    def publish(self, data, metadata, *, transient, update) -> None:
        self.asked.append((data, metadata, transient, update))

    def clear_output(self, wait) -> None:
        self.asked.append(("clear", wait))


def test_displays_updates_and_clearing_reach_the_notebooks_publisher(bare_shell, monkeypatch) -> None:
    recorder = Recorder()
    monkeypatch.setattr(bare_shell, "display_pub", recorder)
    publisher = Publisher(bare_shell)
    named = {"transient": {"display_id": "d"}}
    publisher.publish({"output_type": "display_data", "data": {"text/plain": "a"}, "metadata": {"m": 1}, **named})
    publisher.publish({"output_type": "update_display_data", "data": {"text/plain": "b"}, "metadata": {}, **named})
    publisher.publish({"output_type": "clear_output", "wait": True})
    assert recorder.asked == [
        ({"text/plain": "a"}, {"m": 1}, {"display_id": "d"}, False),
        ({"text/plain": "b"}, {}, {"display_id": "d"}, True),
        ("clear", True),
    ]


def test_streams_keep_their_order(bare_shell) -> None:
    publisher = Publisher(bare_shell)
    with capture_output() as seen:
        for name, text in (("stdout", "a\n"), ("stderr", "b\n"), ("stdout", "c\n")):
            publisher.publish({"output_type": "stream", "name": name, "text": text})
    assert (seen.stdout, seen.stderr) == ("a\nc\n", "b\n")


def test_an_error_is_left_to_whoever_raises_it(bare_shell) -> None:
    with capture_output() as seen:
        Publisher(bare_shell).publish({"output_type": "error", "ename": "E", "evalue": "", "traceback": ["t"]})
    assert (seen.stdout, seen.stderr, seen.outputs) == ("", "", [])


def test_without_a_result_there_is_no_out(bare_shell) -> None:
    with capture_output() as seen:
        Publisher(bare_shell).keep_result(None)
    assert seen.stdout == ""
    assert "_" not in bare_shell.user_ns or bare_shell.user_ns["_"] == ""


def test_what_comes_behind_an_error_is_shown_when_the_cell_has_told_it(bare_shell, monkeypatch) -> None:
    recorder = Recorder()
    monkeypatch.setattr(bare_shell, "display_pub", recorder)
    publisher = Publisher(bare_shell)
    publisher.publish({"output_type": "error", "ename": "E", "evalue": "", "traceback": ["t"]})
    publisher.publish({"output_type": "display_data", "data": {"text/plain": "figure"}, "metadata": {}})
    assert recorder.asked == []
    bare_shell.events.trigger("post_execute")
    assert [data for data, *_ in recorder.asked] == [{"text/plain": "figure"}]
    bare_shell.events.trigger("post_execute")
    assert len(recorder.asked) == 1


def test_an_error_that_did_not_end_the_cell_is_shown_as_one(bare_shell, monkeypatch) -> None:
    shown = []
    monkeypatch.setattr(bare_shell, "_showtraceback", lambda *told: shown.append(told))
    error = {"ename": "ValueError", "evalue": "no picture", "traceback": ["a", "b"]}
    about = {"beep": {"error": error}}
    Publisher(bare_shell).publish({"output_type": "display_data", "data": {"text/plain": "a\nb"}, "metadata": about})
    ((raised, value, lines),) = shown
    assert (raised.__name__, str(value), lines) == ("ValueError", "no picture", ["a", "b"])
