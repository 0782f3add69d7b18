"""Magics in a session with nothing installed: they do what IPython's do, in the oldest and the newest Python."""

from __future__ import annotations

import pytest

SHOWN = [
    ("alpha, beta = 1, 'two'\n%who", "alpha\t beta\t \n"),
    ("alpha, beta = 1, 'two'\n%who int", "alpha\t \n"),
    ("%who", "Interactive namespace is empty.\n"),
    ("a, b = 1, 'x'\n%who_ls str", "['b']"),
    (
        "alpha, gamma = 1, [3]\n%whos",
        "Variable   Type    Data/Info\n----------------------------\nalpha      int     1\ngamma      list    n=1\n",
    ),
    ("%env BEEP_TEST=blue", "env: BEEP_TEST=blue\n"),
    ("import os\nos.environ['BEEP_TEST'] = 'red'\n%env BEEP_TEST", "'red'"),
    ("%%capture seen\nprint('hidden')", ""),
    ("%%writefile made.txt\ntext", "Writing made.txt\n"),
    ("%%bash\necho $((6 * 7))", "42\n"),
    ("%%bash --out kept\necho x", ""),
    ("%alias hi echo hi %s\n%hi there", "hi there\n"),
    ("%precision 2\n2 / 3", "0.67"),
    ("%timeit -n 1 -r 1 -q made = 1\n'made' in globals()", "False"),
]


def test_they_print_what_ipython_prints(printed, tmp_path) -> None:
    printed(f"%cd -q {tmp_path}")
    for source, shown in SHOWN:
        printed("%reset -f")
        assert (source, printed(source)) == (source, shown)


def test_a_changed_folder_is_told_and_one_that_is_not_there_leaves_the_old(printed, tmp_path) -> None:
    assert printed(f"%cd {tmp_path}") == f"{tmp_path}\n"
    assert printed("%cd no/such") == f"[Errno 2] No such file or directory: 'no/such'\n{tmp_path}\n"
    assert printed("%pwd") == repr(str(tmp_path))


def test_a_captured_cell_can_be_shown_again(printed) -> None:
    printed("%%capture seen\nprint('hidden')\n5")
    assert printed("seen.stdout") == "'hidden\\n'"
    assert printed("seen.show()") == "hidden\n5"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("%no_such", "Line magic function `%no_such` not found."),
        ("%beep status", "%beep is the notebook's own: give it a cell of its own, which begins with it."),
        ("%%beep_eval a\nx", "%%beep_eval is the notebook's own: give it a cell of its own, which begins with it."),
        ("%%no_such\nx", "Cell magic `%%no_such` not found."),
        (
            "%%pwd\nx",
            "Cell magic `%%pwd` not found (But line magic `%pwd` exists, did you mean that instead?).",
        ),
        ("%run not_there.py", "File `'not_there.py'` not found."),
    ],
)
def test_a_wrong_use_is_one_sentence(cell, source: str, says: str) -> None:
    error = cell(source).error
    assert (error["ename"], error["evalue"]) == ("UsageError", says)
    assert error["traceback"] == [f"UsageError: {says}"]


def test_a_program_runs_with_its_arguments_and_leaves_its_names(printed, tmp_path) -> None:
    (tmp_path / "tool.py").write_text("import sys\nNAME = sys.argv[1]\nif __name__ == '__main__':\n    print(NAME)\n")
    assert printed(f"%run {tmp_path}/tool.py Ada") == "Ada\n"
    assert printed("NAME") == "'Ada'"


def test_a_changed_module_is_reloaded_before_the_next_cell(printed, tmp_path) -> None:
    module = tmp_path / "changing.py"
    module.write_text("def answer():\n    return 1\nclass Kept:\n    size = 1\n")
    printed(f"%load_ext autoreload\n%autoreload 2\n%cd -q {tmp_path}\nfrom changing import Kept, answer\nkept = Kept()")
    assert printed("answer(), kept.size") == "(1, 1)"
    module.write_text("# changed\ndef answer():\n    return 22\nclass Kept:\n    size = 22\n")
    assert printed("answer(), kept.size") == "(22, 22)"


def test_a_module_that_became_wrong_is_told_and_stays_as_it_was(cell, printed, tmp_path) -> None:
    module = tmp_path / "breaking.py"
    module.write_text("def answer():\n    return 1\n")
    printed(f"%load_ext autoreload\n%autoreload 2\n%cd -q {tmp_path}\nfrom breaking import answer")
    printed("answer()")
    module.write_text("def answer(:\n")
    assert printed("answer()").startswith("[autoreload of breaking failed: SyntaxError: ")
    assert printed("answer()") == "1"


def test_magics_of_ones_own_are_found(printed) -> None:
    printed(
        "from IPython.core.magic import register_line_magic\n@register_line_magic\ndef loud(line): return line.upper()"
    )
    assert printed("%loud hello") == "'HELLO'"


def test_a_profile_has_the_code_of_the_cell_and_nothing_of_ours(printed) -> None:
    printed("def twice(n):\n    return 2 * n")
    printed("stats = %prun -q -r x = twice(4)")
    functions = [
        "<module>",
        "<method 'disable' of '_lsprof.Profiler' objects>",
        "<built-in method builtins.exec>",
        "twice",
    ]
    assert printed("for name in sorted(name for *_, name in stats.stats): print(name)").splitlines() == sorted(
        functions
    )
    assert printed("x") == "8"
    printed("import asyncio")
    assert printed("%%prun -q\nwaited = await asyncio.sleep(0, 'waited')\nprint(waited)").startswith("waited\n")


def test_what_a_cell_printed_before_it_failed_is_captured(cell, printed) -> None:
    assert cell("%%capture seen\nprint('so far')\n1 / 0").error["ename"] == "ZeroDivisionError"
    assert printed("seen.stdout") == r"'so far\n'"


def test_a_command_that_prints_nothing_shows_nothing(cell) -> None:
    assert cell("!true").outputs == cell("print('', end='')").outputs == []


def test_variables_of_cells_before_the_first_magic_are_the_users_too(backend, printed) -> None:
    backend.evaluate("first, _hidden = 1, 2")
    assert printed("%who") == "first\t \n"
    printed("%reset -f")
    assert backend.evaluate("'first' in globals(), '_hidden' in globals(), '__name__' in globals()") == (
        False,
        False,
        True,
    )


def test_a_folder_with_a_blank_in_its_name_is_changed_to(printed, tmp_path) -> None:
    (tmp_path / "a b").mkdir()
    assert printed(f"%cd {tmp_path}/a b") == printed(f'%cd "{tmp_path}/a b"') == f"{tmp_path}/a b\n"
