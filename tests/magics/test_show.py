from __future__ import annotations

import time

from IPython.utils.capture import capture_output

from beep_jupyter.commands.show import Table
from beep_jupyter.magics.show import NotebookShow, html_table
from beep_jupyter.models import Progress


def test_every_text_of_a_table_is_escaped() -> None:
    page = html_table(Table(("name", ">size"), [("<img src=x onerror=alert(1)>", "1 & 2")]))
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert '<td style="text-align: right; white-space: pre-line">1 &amp; 2</td>' in page


def test_an_empty_table_is_its_sentence(bare_shell) -> None:
    with capture_output() as seen:
        NotebookShow(bare_shell).table(Table(("name",), [], "There is none."))
    assert (seen.stdout, seen.outputs) == ("There is none.\n", [])


def test_progress_is_one_display_that_changes_and_is_emptied(bare_shell, monkeypatch) -> None:
    published = []
    monkeypatch.setattr(
        bare_shell.display_pub,
        "publish",
        lambda data, **more: published.append((data, more["update"], more["transient"])),
    )
    with NotebookShow(bare_shell).progress() as on_progress:
        time.sleep(0.35)
        on_progress(Progress("Downloading <it>", 1 << 20, 4 << 20))
        on_progress(Progress("Unpacking"))
    assert [update for _, update, _ in published] == [False, True, True]
    assert len({transient["display_id"] for _, _, transient in published}) == 1
    assert "Downloading &lt;it&gt;" in published[0][0]["text/html"]
    assert '<progress value="1048576" max="4194304">' in published[0][0]["text/html"]
    assert "1.0 MiB of 4.0 MiB" in published[0][0]["text/html"]
    assert published[-1][0]["text/html"] == ""


def test_quick_work_leaves_no_display(bare_shell) -> None:
    with capture_output() as seen, NotebookShow(bare_shell).progress() as on_progress:
        on_progress(Progress("Resolving"))
    assert seen.outputs == []
