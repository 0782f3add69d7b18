"""One request as its command sees it: fields taken apart and checked, values decoded. Runs in the worker."""

from __future__ import annotations

from ..values import coding
from ..values.handles import UnknownHandle, brief

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from ..values.account import Account

    Ask = Callable[[str, bool], "str | None"]

LARGEST_COUNT = 10**6  # of the cells of a notebook: each has a place in `In`
LONGEST_S = 1e9


class Refusal(Exception):
    """A request that cannot be carried out, with a code for programs and a sentence and cure for people."""

    def __init__(self, code: str, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.cure = cure


class Request:
    """One request with the means to answer it.

    Args:
        header: as it came.

    Attributes:
        accepts: what the client announces (`receiver.py`); None where it says nothing.
        ask: asks the client for a line: (prompt, is_password) → text, or None where there is no more.
        command: what is asked for.
        buffers: what the encoded values refer to.
        emit: sends an output, in order with what is printed.
        fields: as the protocol has them, values still encoded.
        is_inline: whether the reply must do without buffers.
        notes: by name, what became of values in `mapping` whose types this side lacks.
    """

    __slots__ = ("accepts", "ask", "buffers", "command", "emit", "fields", "is_inline", "notes")

    def __init__(
        self, header: dict[str, Any], buffers: Sequence[Any], emit: Callable[[dict[str, Any]], None], ask: Ask
    ) -> None:
        accepts = header.get("accepts")
        self.accepts: str | None = accepts if type(accepts) is str else None
        self.ask = ask
        self.buffers = buffers
        self.command = header.get("command")
        self.emit = emit
        self.fields = header["fields"]
        self.is_inline = header.get("inline") is True
        self.notes: dict[str, str] = {}

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        if type(value) is not str:
            raise Refusal("bad_request", "field '%s' must be a text" % name)
        return value

    def position(self, name: str, largest: int) -> int:
        """A place in a text, the end of it where none is given."""
        value = self.fields.get(name, largest)
        if type(value) is not int or not 0 <= value <= largest:
            raise Refusal("bad_request", "field '%s' must be a number from 0 to %d" % (name, largest))
        return value

    def count(self, name: str) -> int | None:
        """A number from 1 on; None where none is given."""
        value = self.fields.get(name)
        if value is not None and (type(value) is not int or not 0 < value <= LARGEST_COUNT):
            raise Refusal("bad_request", "field '%s' must be a number from 1 to %d, or null" % (name, LARGEST_COUNT))
        return value

    @property
    def has_arrow_form(self) -> bool:
        """The field `form`: whether tables travel as Arrow streams, and not as values."""
        form = self.fields.get("form")
        if form not in (None, "arrow"):
            raise Refusal("bad_request", "field 'form' must be 'arrow', or be left out")
        return form is not None

    def limit_s(self) -> float:
        """The field `timeout_s`: how long the request may take."""
        value = self.fields["timeout_s"]
        if type(value) not in (int, float) or not 0 < value <= LONGEST_S:
            raise Refusal("bad_request", "field 'timeout_s' must be a number of seconds above 0, or null")
        return float(value)

    def mapping(self, name: str) -> dict[str, Any]:
        """Decoded values by name; an absent or null field is an empty one."""
        trees = self._object(name)
        if not trees:
            return trees
        accounts: list[Account] = []
        decoded = dict(zip(trees, self._decode_all(trees.values(), accounts)))
        self.notes.update((name, account.told) for name, account in zip(trees, accounts) if account.notes)
        return decoded

    def names(self, name: str) -> list[str]:
        found = self._list(name, "names")
        if any(type(item) is not str for item in found):
            raise Refusal("bad_request", "field '%s' must be a list of names" % name)
        return found

    def value(self, name: str) -> Any:
        """The decoded value of a field, which must be there."""
        if name not in self.fields:
            raise Refusal("bad_request", "field '%s' is missing" % name)
        return self._decode_all([self.fields[name]])[0]

    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
        """The decoded fields `args` and `kwargs`; absent or null ones are empty."""
        args, kwargs = self._list("args", "values"), self._object("kwargs")
        decoded = self._decode_all([*args, *kwargs.values()])
        return decoded[: len(args)], dict(zip(kwargs, decoded[len(args) :]))

    def _object(self, name: str) -> dict[str, Any]:
        found = self.fields.get(name)
        if found is None:
            return {}
        if type(found) is not dict:
            raise Refusal("bad_request", "field '%s' must be an object" % name)
        return found

    def _list(self, name: str, what: str) -> list[Any]:
        found = self.fields.get(name)
        if found is None:
            return []
        if type(found) is not list:
            raise Refusal("bad_request", "field '%s' must be a list of %s" % (name, what))
        return found

    def _decode_all(self, trees: Iterable[Any], accounts: list[Account] | None = None) -> list[Any]:
        takes_pickle = self.accepts is not None and "pickle" in self.accepts.split()
        try:
            return coding.decode_all(trees, self.buffers, accounts, takes_pickle=takes_pickle)
        except coding.Unreceivable as error:
            raise Refusal("transfer", str(error), error.cure) from None
        except coding.MalformedValue as error:
            raise Refusal("transfer", str(error)) from None
        except UnknownHandle:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001  user code has replaced what values are made with
            raise Refusal("transfer", "A value cannot be made here: %s." % brief(error)) from None
