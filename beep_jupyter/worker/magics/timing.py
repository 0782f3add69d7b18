"""`%time`, `%timeit`, `%prun`: how long code takes. Runs in the worker; imported when one of them is first used."""

from __future__ import annotations

import time

from .. import late
from .table import UsageError, options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..notebook.interactive import ZMQInteractiveShell as Shell

_UNITS = (("s", 1.0), ("ms", 1e-3), ("μs", 1e-6), ("ns", 1e-9))
_LONG = ((60 * 60 * 24, "d"), (60 * 60, "h"), (60, "min"), (1, "s"))
_INNER = """
def inner(_it, _timer):
    pass
    _t0 = _timer()
    for _i in _it:
        pass
    return _timer() - _t0
"""
_ENOUGH_S = 0.2  # how long a run of %timeit takes at least
_TOLD_S = 0.1  # compiling is spoken of from here on


def line_time(shell: Shell, line: str) -> Any:
    """Runs a statement and says how long it took, by the processor and by the clock."""
    return _timed(shell, line)


def cell_time(shell: Shell, line: str, cell: str) -> Any:
    """Runs the cell and says how long it took."""
    if line.strip() and not line.strip().startswith("-"):
        raise UsageError("Can't use statement directly after '%%time'!")
    return _timed(shell, cell)


def line_timeit(shell: Shell, line: str) -> Any:
    """Runs a statement again and again: -n LOOPS -r REPEATS -q quiet, -o returns the result, -p DIGITS."""
    return _timeit(shell, line, "")


def cell_timeit(shell: Shell, line: str, cell: str) -> Any:
    """Runs the cell again and again; the line is run before, untimed."""
    return _timeit(shell, line, cell)


def line_prun(shell: Shell, line: str) -> Any:
    """Profiles a statement: -l LIMIT -s KEY, -q quiet, -r returns the statistics."""
    return _profiled(shell, line, "")


def cell_prun(shell: Shell, line: str, cell: str) -> Any:
    """Profiles the cell."""
    return _profiled(shell, line, cell)


def _timed(shell: Shell, code: str) -> Any:
    begun, cpu_begun = time.perf_counter(), _cpu()
    try:
        value = shell.cells.run(code)
    finally:
        wall_s = time.perf_counter() - begun
        user_s, system_s = (now - before for now, before in zip(_cpu(), cpu_begun))
        total = duration_text(user_s + system_s)
        print(
            "CPU times: user %s, sys: %s, total: %s" % (duration_text(user_s), duration_text(system_s), total)
            + "\nWall time: %s" % duration_text(wall_s)
        )
    return value


def _cpu() -> tuple[float, float]:
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime, usage.ru_stime


def duration_text(seconds: float, digits: int = 3) -> str:
    """As `1h 2min 3s` above a minute, else with the unit that fits."""
    if seconds >= 60:
        parts = []
        for size, unit in _LONG:
            count, seconds = divmod(seconds, size)
            if count:
                parts.append("%d%s" % (count, unit))
        return " ".join(parts)
    name, scale = next((each for each in _UNITS if seconds >= each[1]), _UNITS[-1])
    return "%.*g %s" % (digits, seconds / scale, name)


class TimeitResult:
    """What `%timeit -o` returns: times of the runs, each divided by its loops."""

    def __init__(self, loops: int, repeat: int, all_runs: list[float], digits: int) -> None:
        self._digits = digits
        self.loops = loops
        self.repeat = repeat
        self.all_runs = all_runs
        self.timings = [run / loops for run in all_runs]
        self.best, self.worst = min(self.timings), max(self.timings)

    @property
    def average(self) -> float:
        return sum(self.timings) / len(self.timings)

    @property
    def stdev(self) -> float:
        mean: float = self.average
        return float((sum((timing - mean) ** 2 for timing in self.timings) / len(self.timings)) ** 0.5)

    def __str__(self) -> str:
        runs = "run%s" % ("" if self.repeat == 1 else "s")
        loops = "loop%s" % ("" if self.loops == 1 else "s")
        return "%s ± %s per loop (mean ± std. dev. of %d %s, %s %s each)" % (
            duration_text(self.average, self._digits),
            duration_text(self.stdev, self._digits),
            self.repeat,
            runs,
            "{:,}".format(self.loops),
            loops,
        )

    def __repr__(self) -> str:
        return "<TimeitResult : %s>" % self

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def _timeit(shell: Shell, line: str, cell: str) -> TimeitResult | None:
    import timeit

    found, statement = _options_and_code(line, "tcqov", "nrp")
    if not statement and not cell:
        return None
    timer = timeit.Timer("pass", "pass")
    timer.inner = _loop_of(shell, cell or statement, statement if cell else "pass")  # type: ignore[attr-defined]
    repeat, digits = int(found.get("r", 7)), int(found.get("p", 3))
    loops = int(found.get("n", 0)) or _enough(timer)
    result = TimeitResult(loops, repeat, timer.repeat(repeat, loops), digits)
    if "q" not in found:
        if result.worst > 4 * result.best and result.best > 0 and result.worst > 1e-6:
            ratio = result.worst / result.best
            print("The slowest run took %0.2f times longer than the fastest. This could mean that an intermediate "
                  "result is being cached." % ratio)  # fmt: skip
        print(result)
    return result if "o" in found else None


def _enough(timer: Any) -> int:
    """How many loops take long enough to be measured."""
    loops = 1
    while timer.timeit(loops) < _ENOUGH_S:
        loops *= 10
    return loops


def _loop_of(shell: Shell, statement: str, setup: str) -> Any:
    """The function that `timeit.Timer` calls; names that the statement binds are its own."""
    import ast

    tree = ast.parse(_INNER)
    function: Any = tree.body[0]
    function.body[0:1] = ast.parse(setup or "pass").body
    loop = function.body[-2]
    loop.body = ast.parse(statement).body
    begun = time.perf_counter()
    code = compile(tree, "<magic-timeit>", "exec", dont_inherit=True)
    if time.perf_counter() - begun > _TOLD_S:
        print("Compiler time: %.2f s" % (time.perf_counter() - begun))
    names: dict[str, Any] = {}
    exec(code, shell.user_ns, names)
    return names["inner"]


def _profiled(shell: Shell, line: str, cell: str) -> Any:
    import cProfile
    import io
    import pstats

    found, statement = _options_and_code(line, "rqc", "lsTD")
    profile, report, ended = cProfile.Profile(), io.StringIO(), ""
    try:
        _run_profiled(shell, profile, "\n".join(part for part in (statement, cell) if part))
    except SystemExit:
        ended = "*** SystemExit exception caught in code being profiled."
    statistics = pstats.Stats(profile, stream=report).strip_dirs().sort_stats(found.get("s", "time"))
    if "q" not in found:
        limit = found.get("l", "")
        statistics.print_stats(*([int(limit) if limit.isdigit() else limit] if limit else []))
        late.load("magics.names").show_page(shell, report.getvalue())
    print(ended, end=" ")  # as IPython has it
    return statistics if "r" in found else None


def _run_profiled(shell: Shell, profile: Any, text: str) -> None:
    """Runs a text without anything of ours in its profile; one that needs the event loop runs like any cell."""
    source = shell.cells.compile(text)
    if source.needs_loop:
        profile.runcall(shell.cells.run, text)
        return
    for code in source.codes():
        profile.runctx(code, shell.user_ns, shell.user_ns)


def _options_and_code(line: str, flags: str, valued: str) -> tuple[dict[str, Any], str]:
    """Options at the beginning of a line whose rest is code, and is left as it stands."""
    rest = line.strip()
    taken = []
    while rest[:1] == "-" and rest[1:2] in set(flags + valued):
        word, _, rest = rest.partition(" ")
        rest = rest.lstrip()
        if word[1] in valued and len(word) == 2:
            value, _, rest = rest.partition(" ")
            word, rest = word + value, rest.lstrip()
        taken.append(word)
    return options(" ".join(taken), flags, valued)[0], rest
