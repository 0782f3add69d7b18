"""What requests hold: one model a body, with the wire's names. Runs in the HTTP server.

A model says which fields there are and of what JSON type; what they mean is checked where they are used, by the worker
or the control plane, so that it means the same over every transport.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from supervisor import DEFAULT_SESSION

LARGEST_COUNT = 10**6  # as in the worker
LONGEST_S = 1e9

Count = Annotated[int, Field(gt=0, le=LARGEST_COUNT, strict=True)]
Cursor = Annotated[int, Field(ge=0, strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, Field(strict=True)]
Values = dict[str, Any]

_NOT_THE_COMMANDS = frozenset(("session", "timeout_s"))


def wire_name(name: str) -> str:
    """A field's name on the wire: camelCase, but for units."""
    return name if name.endswith("_s") else to_camel(name)


class Body(BaseModel):
    """A request's body; unknown fields are refused by name."""

    model_config = ConfigDict(alias_generator=wire_name, extra="forbid", protected_namespaces=())

    def fields(self) -> dict[str, Any]:
        """What the client has said, by its names on the wire, without what is not the command's."""
        return {wire_name(name): getattr(self, name) for name in self.model_fields_set if name not in _NOT_THE_COMMANDS}


class SessionBody(Body):
    """A body that is about one session."""

    session: Text = Field(DEFAULT_SESSION, description="A namespace with a worker process of its own.")


class CallBody(SessionBody):
    """A body that makes the worker run something."""

    timeout_s: Annotated[float, Field(gt=0, le=LONGEST_S, strict=True)] | None = Field(
        None, description="Interrupts it after so many seconds; the worker is killed 5 s later."
    )


class Eval(CallBody):
    code: Text = Field(description="Plain Python; the value of its last expression is the reply's.")
    locals: Values | None = Field(None, description="Variables for this call alone.")


class Execute(CallBody):
    code: Text = Field(description="Plain Python.")
    inputs: Values | None = Field(None, description="Variables to set before.")
    outputs: list[Text] | None = Field(None, description="Names of variables to bring back after success.")
    result: Flag = Field(True, description="Whether the last expression's value is wanted, beside its display.")
    stdin: Flag = Field(False, description="Whether the client answers `input_request` events.")
    cell: Count | None = Field(None, description="The number of the notebook's cell that the code is, for `Out`.")
    quiet: Flag = Field(False, description="Whether the last expression is not to be displayed.")
    partial: Flag = Field(False, description="Whether outputs that the code does not define are left out, no error.")


class Input(SessionBody):
    request: Annotated[int, Field(strict=True)] = Field(description="Of the `input_request` event.")
    text: Text | None = Field(description="What was typed, without its line end; null where there is no more.")


class Import(CallBody):
    module_name: Text


class Create(CallBody):
    module_name: Text | None = Field(None, description="Is imported; or else `moduleHandleId`.")
    module_handle_id: Text | None = Field(None, description="Of a module or another object that has the class.")
    class_name: Text
    args: list[Any] | None = None
    kwargs: Values | None = None


class Call(CallBody):
    handle_id: Text
    method_name: Text = Field(description="Empty calls the object itself.")
    args: list[Any] | None = None
    kwargs: Values | None = None


class GetAttribute(CallBody):
    handle_id: Text
    attribute_name: Text


class SetAttribute(CallBody):
    handle_id: Text
    attribute_name: Text
    value: Any


class Target(CallBody):
    handle_id: Text


class Release(CallBody):
    handle_ids: list[Text]


class Wrap(CallBody):
    value: Any


class AtCursor(CallBody):
    code: Text
    cursor: Cursor = Field(default_factory=int, description="In characters; the end of the code if it is not given.")


class Capabilities(CallBody):
    memory: Values | None = Field(None, description="A reference to memory that the client lends, as a proof.")
    memory_limit_bytes: Annotated[int, Field(ge=0, strict=True)] = Field(
        0, description="The most that the worker may lend at a time."
    )


class Put(CallBody):
    value: Any


class Interrupt(SessionBody):
    request: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="The `Beep-Request` of the call; without it whatever runs now."
    )


class Restart(SessionBody):
    """Which session's worker is replaced."""


class OpenSession(Body):
    name: Text


class Own(Body):
    pid: Annotated[int, Field(ge=0, strict=True)] = Field(
        0, description="The caller's process; believed only if it holds the other end of the connection."
    )


class CreateEnvironment(Body):
    provider_name: Text
    model_id: Text | None = None
    python: Text | None = None
    packages: list[Text] | None = None
    requirements: Text | None = Field(None, description="The content of a requirements file.")
    lock: Text | None = Field(None, description="The content of a pylock.toml.")
    set: Text | None = Field(None, description="A named set of packages.")
    dotnet: Flag | None = None
    replace: Flag | None = None


class DeleteEnvironment(Body):
    name: Text
    force: Flag | None = Field(None, description="Stops the backends that run in it first.")


class ChangePackages(Body):
    name: Text
    packages: list[Text]
    dry_run: Flag | None = None


class NamedEnvironment(Body):
    name: Text


class CloneEnvironment(Body):
    name: Text
    target: Text = Field(description="The new one's name.")
