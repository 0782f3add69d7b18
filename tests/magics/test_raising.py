from __future__ import annotations

import builtins

import pytest
from IPython.core.error import UsageError

from beep_jupyter.errors import EnvironmentNotFoundError, ExecutionError
from beep_jupyter.magics.raising import as_remote, as_sentence, shown_in

EVERY_BUILTIN = sorted(
    name for name, found in vars(builtins).items() if isinstance(found, type) and issubclass(found, BaseException)
)


@pytest.mark.parametrize("ename", EVERY_BUILTIN)
def test_a_remote_error_has_its_name_and_derives_from_the_builtin_of_that_name(bare_shell, ename: str) -> None:
    error = as_remote(bare_shell, ExecutionError(ename, "why", ["remote line"]))
    assert type(error).__name__ == ename
    assert isinstance(error, ExecutionError)
    assert isinstance(error, getattr(builtins, ename)) or ename.endswith("ExceptionGroup")
    assert (error.ename, error.evalue, error.traceback) == (ename, "why", ["remote line"])
    assert (str(error), error.args) == ("why", ("why",))
    assert error._render_traceback_() == ["remote line"]


@pytest.mark.parametrize("ename", ["LinAlgError", "print", "int", ""])
def test_a_remote_class_without_a_builtin_exception_of_that_name_is_an_execution_error(bare_shell, ename: str) -> None:
    error = as_remote(bare_shell, ExecutionError(ename, "why"))
    assert type(error).__name__ == ename
    assert isinstance(error, ExecutionError)


def test_an_os_error_does_not_take_the_sentence_for_its_number(bare_shell) -> None:
    error = as_remote(bare_shell, ExecutionError("FileNotFoundError", "[Errno 2] No such file or directory: 'x'"))
    assert error.errno is None


def test_an_error_of_ours_is_shown_as_its_sentence_with_the_cure_below() -> None:
    error = as_sentence(EnvironmentNotFoundError("legcy", ["legacy"]))
    assert error._render_traceback_() == [
        "\x1b[31mEnvironmentNotFoundError\x1b[0m: No environment is called 'legcy'.",
        "Did you mean 'legacy'? `beep venv list` shows all.",
    ]


def test_a_syntax_error_is_shown_with_the_remote_lines_once(bare_shell, capsys) -> None:
    bare_shell.user_ns["fail"] = lambda: as_remote(bare_shell, ExecutionError("SyntaxError", "bad", ["remote line"]))
    bare_shell.run_cell("raise fail()")
    assert capsys.readouterr().out == "remote line\n"
    assert bare_shell.custom_exceptions == ()
    bare_shell.run_cell("raise SyntaxError('of the notebook')")
    assert "of the notebook" in capsys.readouterr().out


def test_a_handler_of_the_users_own_survives_a_remote_syntax_error(bare_shell, capsys) -> None:
    bare_shell.set_custom_exc((KeyError,), lambda shell, etype, value, tb, tb_offset=None: print("mine"))
    bare_shell.user_ns["fail"] = lambda: as_remote(bare_shell, ExecutionError("SyntaxError", "bad", ["remote line"]))
    bare_shell.run_cell("try:\n    raise fail()\nexcept SyntaxError:\n    pass")
    bare_shell.run_cell("{}[1]")
    bare_shell.run_cell("raise fail()")
    bare_shell.run_cell("{}[1]")
    assert capsys.readouterr().out == "mine\nremote line\nmine\n"


def test_an_exception_that_ends_iterations_leaves_the_magic_as_itself(bare_shell) -> None:
    error = ExecutionError("StopIteration", "", ["t"])
    with pytest.raises(StopIteration), shown_in(bare_shell):
        raise error


def test_a_wrong_use_of_a_backends_magic_is_told_as_one_of_the_notebooks(bare_shell) -> None:
    error = ExecutionError("UsageError", "no such magic", ["UsageError: no such magic"])
    with pytest.raises(UsageError, match="no such magic") as raised, shown_in(bare_shell):
        raise error
    assert type(raised.value) is UsageError
