"""What `openapi.yaml` says of requests, applied: the file is the one description of what is taken. Jupyter server."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError

from .problems import ProblemError

FILE = Path(__file__).with_name("openapi.yaml")
_NOUNS = {"string": "a text", "boolean": "true or false", "integer": "a whole number", "number": "a number"}
_NOUNS |= {"array": "a list", "object": "an object", "null": "null"}
_MOST_FIELDS = 10  # that one answer names


@cache
def document() -> dict[str, Any]:
    """The file, read once."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Any] = yaml.load(FILE.read_text(encoding="utf-8"), loader)
    return found


def read(path: str, method: str, body: bytes) -> dict[str, Any]:
    """The body of a request, if it is as the file says.

    Args:
        path: as in the file, such as `/beep/v1/backends`.

    Raises:
        ProblemError: 400, it is no JSON; 422, naming the fields that are wrong.
    """
    return _check(path, method, _parse(body))


def _parse(body: bytes) -> Any:
    """The JSON of a body; nothing is an empty object."""
    if not body.strip():
        return {}
    try:
        said = json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ProblemError(400, "malformed", f"The body is not JSON: {error}.") from None
    try:
        json.dumps(said, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ProblemError(400, "malformed", "The body holds lone surrogates, which no file or program can.") from None
    return said


def _check(path: str, method: str, said: Any) -> dict[str, Any]:
    wrong = sorted(_validator(path, method.lower()).iter_errors(said), key=lambda error: [*map(str, error.path)])
    if wrong:
        raise ProblemError(422, "wrong_fields", " ".join(map(_sentence, wrong[:_MOST_FIELDS])))
    found: dict[str, Any] = said
    return found


@cache
def _validator(path: str, method: str) -> Draft202012Validator:
    operation = document()["paths"][path][method]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return Draft202012Validator(schema | {"components": document()["components"]})


def _sentence(wrong: ValidationError) -> str:
    error: Any = wrong  # what its parts hold depends on `validator`
    name = ".".join(map(str, error.absolute_path))
    field = f"Field '{name}'" if name else "The body"
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        unknown = sorted(set(error.instance) - set(known))
        return f"{', '.join(f'{one[:80]!r}' for one in unknown)} is not among the fields {', '.join(known)}."
    if error.validator == "required":
        missing = [one for one in error.validator_value if one not in error.instance]
        return f"Field '{missing[0]}' is missing."
    if error.validator == "type":
        kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
        return f"{field} must be {' or '.join(_NOUNS[kind] for kind in kinds)}."
    return f"{field} is not as it must be: {error.message[:200]}."


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is not a number of JSON")
