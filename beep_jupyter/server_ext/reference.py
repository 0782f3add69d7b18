"""Writes `docs/reference/rest.md` from `openapi.yaml`: `python -m beep_jupyter.server_ext.reference > …`.

A test compares the file with what this makes, so the two cannot drift apart.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from . import contract

_MADE = """It is made from the contract, `beep_jupyter/server_ext/openapi.yaml`:
`python -m beep_jupyter.server_ext.reference > docs/reference/rest.md`.
"""


def markdown() -> str:
    """The whole page."""
    document = contract.document()
    parts = ["# REST in a Jupyter server\n", document["info"]["description"] + "\n", _MADE]
    for tag in document["tags"]:
        parts += [f"## {tag['name'].capitalize()}\n", tag["description"] + "\n"]
        parts += _of_tag(document, tag["name"])
    parts.append("## Objects\n")
    for name, schema in document["components"]["schemas"].items():
        parts += _of_schema(document, name, schema)
    return "\n".join(parts)


def _of_tag(document: dict[str, Any], tag: str) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method != "parameters" and tag in operation["tags"]:
                shared = methods.get("parameters", [])
                yield from _of_operation(document, f"{method.upper()} {path}", operation, shared)


def _of_operation(document: dict[str, Any], title: str, operation: dict[str, Any], shared: list[Any]) -> Iterator[str]:
    yield f"### `{title}`\n"
    yield f"{operation['summary']} Permission: `{operation['x-permission']}`.\n"
    parameters = [_resolved(document, one) for one in shared + operation.get("parameters", [])]
    lines = [f"- `{one['name']}` ({one['in']}): {one['description']}" for one in parameters]
    if "requestBody" in operation:
        lines.append(f"- body: {_kind(operation['requestBody']['content']['application/json']['schema'])}")
    for status, said in operation["responses"].items():
        lines.append(f"- {status}: {_reply(_resolved(document, said))}")
    yield "\n".join(lines) + "\n"


def _reply(response: dict[str, Any]) -> str:
    kinds = [_kind(content["schema"]) for content in response.get("content", {}).values()]
    text = " ".join(response["description"].split())
    return f"{text[:-1]} ({' or '.join(kinds)})." if kinds else text


def _of_schema(document: dict[str, Any], name: str, schema: dict[str, Any]) -> Iterator[str]:
    if "properties" not in schema:
        return
    yield f"### {name}\n"
    required = schema.get("required", ())
    lines = []
    for key, part in schema["properties"].items():
        said = f": {part['description']}" if "description" in part else ""
        mark = "" if key in required else ", may be absent"
        lines.append(f"- `{key}` ({_kind(part)}{mark}){said}")
    yield "\n".join(lines) + "\n"


def _kind(schema: dict[str, Any]) -> str:
    """What a schema is in a few words, linked where it has a name."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {"Name": "a name", "Flag": "0 or 1"}.get(name, f"[{name}](#{name.lower()})")
    if "anyOf" in schema:
        return " or ".join(map(_kind, schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{str(schema['const']).lower()}`"
    kinds = schema.get("type", "any value")
    if kinds == "array":
        return f"array of {_kind(schema['items'])}"
    return kinds if isinstance(kinds, str) else " or ".join(kinds)


def _resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = document
    for key in part["$ref"].removeprefix("#/").split("/"):
        found = found[key]
    resolved: dict[str, Any] = found
    return resolved


if __name__ == "__main__":
    sys.stdout.write(markdown())
