from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from beep_jupyter.commands.script import code_of, own_frames
from beep_jupyter.errors import UsageError


def run_like_a_worker(code: str, after: str = "") -> str:
    """The code as the only text of a fresh `__main__`."""
    done = subprocess.run([sys.executable, "-c", f"{code}\n{after}"], capture_output=True, text=True, check=True)
    return done.stdout


def test_a_file_sees_what_a_script_sees(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("value = 7")
    script = tmp_path / "say.py"
    script.write_text("import sys, beside\nprint(sys.argv, __file__, __name__, beside.value)\n")
    printed = run_like_a_worker(code_of(script, ["--flag", "it's"]))
    assert printed == f"{[str(script), '--flag', chr(105) + 't' + chr(39) + 's']} {script} __main__ 7\n"


def test_what_the_script_defines_stays_and_nothing_of_ours_does(tmp_path: Path) -> None:
    script = tmp_path / "define.py"
    script.write_text("def answer(): return base + 2\nbase = 40\n")
    after = (
        "import sys\nprint(answer(), sorted(n for n in globals() if n[:2] != '__'), '__file__' in globals(), sys.argv)"
    )
    assert run_like_a_worker(code_of(script, []), after) == "42 ['answer', 'base', 'sys'] False ['-c']\n"


def test_a_declared_encoding_is_honoured(tmp_path: Path) -> None:
    script = tmp_path / "latin.py"
    script.write_bytes("# -*- coding: latin-1 -*-\nprint(len('é'))\n".encode("latin-1"))
    assert run_like_a_worker(code_of(script, [])) == "1\n"


def test_what_is_no_text_is_refused_before_anything_runs(tmp_path: Path) -> None:
    script = tmp_path / "binary.py"
    script.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(UsageError) as refused:
        code_of(script, [])
    assert refused.value.what.startswith(f"{script} cannot be read as Python: ")
    assert refused.value.cure == "Save it as UTF-8."


def test_the_launching_frames_are_left_out_of_a_traceback() -> None:
    traceback = [
        "Traceback (most recent call last):",
        '  File "<cell 1>", line 1, in <module>',
        "    exec(...)",
        '  File "<beep run>", line 9, in <module>',
        '  File "/p/script.py", line 2, in <module>',
        "    1 / 0",
        "    ~~^~~",
        "ZeroDivisionError: division by zero",
    ]
    assert own_frames(traceback) == [traceback[0], *traceback[4:]]
