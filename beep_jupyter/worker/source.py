"""From a cell's text to code objects, each text compiled once. Runs in the worker.

A text is tried as one expression first, since that needs no syntax tree; otherwise its last statement, if it is an
expression, is split off so that its value can be had.
"""

from __future__ import annotations

import _ast
import linecache
from collections import OrderedDict
from types import CodeType

CACHED_TEXTS = 256
_ONLY_AST = 0x400  # ast.PyCF_ONLY_AST and PyCF_ALLOW_TOP_LEVEL_AWAIT, without importing ast
_TOP_LEVEL_AWAIT = 0x2000
_COROUTINE = 0x80  # inspect.CO_COROUTINE
_ASYNC_WORDS = ("async", "await")  # `asyncio` among them
_MAGIC = ("get_ipython().run_cell_magic(", "get_ipython().run_line_magic(")  # compiles its text by itself


class Source:
    """One text, compiled.

    Attributes:
        body: code of all statements but a last expression, or None.
        last: code of the last expression, or None.
        needs_loop: whether the text speaks of async, await or asyncio and so runs inside the event loop.
    """

    __slots__ = ("body", "last", "needs_loop")

    def __init__(self, body: CodeType | None, last: CodeType | None, needs_loop: bool) -> None:
        self.body = body
        self.last = last
        self.needs_loop = needs_loop

    @property
    def awaits(self) -> bool:
        """Whether the text awaits something, outside of functions of its own."""
        return any(map(is_coroutine, self.codes()))

    def codes(self) -> list[CodeType]:
        """What was compiled of the text; nothing where it is empty."""
        return [code for code in (self.body, self.last) if code is not None]


class SourceCache:
    """Compiles texts and remembers the latest; tracebacks, warnings and `inspect.getsource` find the lines of all.

    Attributes:
        numbers: of the notebook's cells that texts were, the latest of each, by file.
    """

    __slots__ = ("_compiled", "_count", "_features", "numbers")

    def __init__(self) -> None:
        self._compiled: OrderedDict[str, Source] = OrderedDict()
        self._count = 0
        self._features = 0  # flags of what texts have imported from `__future__`: it holds for later ones
        self.numbers: dict[str, int] = {}

    def compile(self, text: str, number: int = 0) -> Source:
        """The Source of a text.

        Args:
            number: of the cell that the text is.

        Raises:
            SyntaxError, ValueError: as `compile` does; the text is remembered for the traceback all the same.
        """
        source = self._compiled.get(text)
        if source is not None:
            self._compiled.move_to_end(text)
            if number:
                self.numbers.update((code.co_filename, number) for code in source.codes())
            return source
        self._count += 1
        file = "<cell %d>" % self._count
        if number:
            self.numbers[file] = number
        # without a time, linecache never looks for a file of that name
        linecache.cache[file] = len(text), None, text.splitlines(True), file
        source = compile_text(text, file, self._features)
        if "__future__" in text:
            self._keep_features(source)
        self._compiled[text] = source
        if len(self._compiled) > CACHED_TEXTS:
            self._forget_oldest()
        return source

    def _keep_features(self, source: Source) -> None:
        import __future__

        known = [getattr(__future__, name).compiler_flag for name in __future__.all_feature_names]
        found = self._features
        for code in source.codes():
            found |= sum(flag for flag in known if code.co_flags & flag)
        if found != self._features:
            self._features = found
            self._compiled.clear()  # they were compiled without

    def _forget_oldest(self) -> None:
        """Drops a compiled text, and its lines unless something that it defined may still be shown."""
        _, source = self._compiled.popitem(last=False)
        codes = source.codes()
        if codes and not any(isinstance(constant, CodeType) for code in codes for constant in code.co_consts):
            linecache.cache.pop(codes[0].co_filename, None)
            self.numbers.pop(codes[0].co_filename, None)


def compile_text(text: str, file: str, features: int = 0) -> Source:
    needs_loop = any(word in text for word in _ASYNC_WORDS) and not _is_magic(text)
    flags = features | (_TOP_LEVEL_AWAIT if needs_loop else 0)
    try:
        return Source(None, compile(text, file, "eval", flags, True), needs_loop)
    except SyntaxError:
        pass  # statements; the block is left first, so that an error of theirs does not carry this one as its context
    return _compile_statements(text, file, flags, needs_loop)


def _is_magic(text: str) -> bool:
    """Whether a text is one magic and nothing else: the code in it needs the loop then, and not what calls it."""
    return text.startswith(_MAGIC) and "\n" not in text.rstrip()


def is_coroutine(code: CodeType) -> bool:
    """Whether evaluating this code gives a coroutine that has to be awaited."""
    return bool(code.co_flags & _COROUTINE)


def _compile_statements(text: str, file: str, flags: int, needs_loop: bool) -> Source:
    tree = compile(text, file, "exec", flags | _ONLY_AST, True)
    last = None
    if tree.body and isinstance(tree.body[-1], _ast.Expr):
        expression = _ast.Expression(tree.body.pop().value)
        last = compile(expression, file, "eval", flags, True)
    body = compile(tree, file, "exec", flags, True) if tree.body else None
    return Source(body, last, needs_loop)
