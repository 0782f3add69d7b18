"""The API page: one self-contained page, made from the OpenAPI document. Runs in the HTTP server.

A browser cannot be told to send a token, and a token must not stand in an address. So whoever has the token asks for a
link, which opens the page once and within a minute, and holds nothing else.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI, Response

from http_openapi import documented
from http_replies import as_json

LIFE_S = 60.0
MAX_LINKS = 64
_CSP = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --dim: #777 }
:root { --post: #2a7d46; --get: #2563ab; --put: #a35d00; --delete: #b3362d }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line) }
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; padding: .35rem .7rem }
summary { cursor: pointer } code, pre { font: 13px/1.45 ui-monospace, monospace }
pre { overflow-x: auto; padding: .6rem; border: 1px solid var(--line); border-radius: 6px }
.method { display: inline-block; width: 4.2rem; font-weight: 700 } .dim { color: var(--dim) }
.post { color: var(--post) } .get { color: var(--get) } .put { color: var(--put) } .delete { color: var(--delete) }
table { border-collapse: collapse }
td, th { text-align: left; padding: .2rem .6rem .2rem 0; vertical-align: top }
"""


class Links:
    """The links that were handed out and not yet used."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def make(self) -> str:
        """A new link's secret."""
        while len(self._until) >= MAX_LINKS:
            del self._until[next(iter(self._until))]
        secret = secrets.token_urlsafe(24)
        self._until[secret] = time.monotonic() + LIFE_S
        return secret

    def take(self, secret: str) -> bool:
        """Whether a link is good; it is not, from then on."""
        return self._until.pop(secret, 0.0) > time.monotonic()


def docs_routes(app: FastAPI, links: Links) -> APIRouter:
    """The page, the document that it shows, and links to it."""
    api = APIRouter(tags=["documentation"])

    @api.get("/openapi.json", **documented("object"))
    async def openapi() -> Response:
        """The OpenAPI document of all this."""
        return as_json(app.openapi())

    @api.get("/docs", **documented({"text/html": {"type": "string"}}))
    async def docs() -> Response:
        """The same as a page."""
        return Response(page(app.openapi()), 200, {"content-security-policy": _CSP}, "text/html")

    @api.post("/api/docs_link", **documented({"path": "string"}))
    async def docs_link() -> Response:
        """The path of the page for a browser, which has no token: good for one use within a minute."""
        return as_json({"path": f"/docs?link={links.make()}"})

    return api


def page(document: dict[str, Any]) -> str:
    """The page of an OpenAPI document."""
    info, schemas = document["info"], document["components"]["schemas"]
    by_tag: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or [""])[0]
            by_tag.setdefault(tag, []).append(_operation(path, method, operation, schemas))
    parts = [f"<h2>{escape(tag)}</h2>{''.join(operations)}" for tag, operations in by_tag.items()]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(info["title"])}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f'<h1>{escape(info["title"])} <span class="dim">{escape(info["version"])}</span></h1>'
        f"{_paragraphs(info['description'])}{''.join(parts)}</html>"
    )


def _operation(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    summary = escape(operation.get("description") or operation.get("summary", ""))
    return (
        f'<details><summary><span class="method {method}">{method.upper()}</span><code>{escape(path)}</code> '
        f'<span class="dim">{summary}</span></summary>'
        f"{_parameters(operation)}{_body(operation, schemas)}{_replies(operation)}</details>"
    )


def _parameters(operation: dict[str, Any]) -> str:
    rows = [
        (found["name"], found["in"], _type(found["schema"]), _note(found["schema"] | found))
        for found in operation.get("parameters", ())
    ]
    return _table(("parameter", "in", "type", ""), rows)


def _body(operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    shown = []
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = content["schema"]
        found = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
        required = set(found.get("required", ()))
        rows = [
            (name, "required" if name in required else "", _type(part), _note(part))
            for name, part in found.get("properties", {}).items()
        ]
        shown.append(f"<p>Body <code>{escape(media_type)}</code></p>{_table(('field', '', 'type', ''), rows)}")
    return "".join(shown)


def _replies(operation: dict[str, Any]) -> str:
    rows = [
        (status, found["description"], ", ".join(sorted(found.get("content", ()))))
        for status, found in sorted(operation["responses"].items())
    ]
    return _table(("status", "means", "content"), rows)


def _type(schema: dict[str, Any]) -> str:
    """The JSON types that a schema allows, such as `array of string or null`."""
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    of = f" of {_type(schema['items'])}" if schema.get("items") else ""
    return f"{schema.get('type', 'any')}{of}"


def _note(schema: dict[str, Any]) -> str:
    """What a field is for, and what it is where it is left out."""
    default = schema.get("default")
    left_out = "" if default is None else f" Default: {json.dumps(default)}."
    said: str = schema.get("description", "")
    return (said + left_out).strip()


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    cells = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th>{escape(name)}</th>' for name in head)}</tr>{cells}</table>"


def _paragraphs(text: str) -> str:
    """Markdown's paragraphs and backquotes; the descriptions need no more."""
    shown = []
    for paragraph in text.split("\n\n"):
        pieces = escape(paragraph).split("`")
        shown.append("".join(f"<code>{piece}</code>" if odd % 2 else piece for odd, piece in enumerate(pieces)))
    return "".join(f"<p>{paragraph}</p>" for paragraph in shown)
