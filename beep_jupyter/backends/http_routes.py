"""Which route of an http backend carries which command. Runs in clients."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

Ask = tuple[str, str, dict[str, Any] | None]  # method, path with its query, and the body's fields

SHORTEST_S = 1e-3  # a time limit of 0 is one that is over at once, which the routes do not take

SESSION_PLANE = {
    "call": "/api/call",
    "capabilities": "/api/capabilities",
    "complete": "/api/complete",
    "create": "/api/create",
    "dispose": "/api/dispose",
    "eval": "/api/eval",
    "execute": "/api/execute",
    "getattr": "/api/getattr",
    "import": "/api/import",
    "inspect": "/api/inspect",
    "module_available": "/api/module_available",
    "preview": "/api/preview",
    "release": "/api/release",
    "setattr": "/api/setattr",
    "tofloatarray": "/api/tofloatarray",
    "tofloatarray2d": "/api/tofloatarray2d",
    "wrap": "/api/wrap",
}
_LISTS = {"handles": "/api/handles", "variables": "/api/variables"}
VENV_COMMANDS = {
    "venv_admin": ("POST", "/venv/admin"),
    "venv_clone": ("POST", "/venv/clone"),
    "venv_create": ("POST", "/venv/create"),
    "venv_delete": ("POST", "/venv/delete"),
    "venv_install": ("POST", "/venv/install"),
    "venv_list": ("GET", "/venv/list"),
    "venv_lock": ("POST", "/venv/lock"),
    "venv_uninstall": ("POST", "/venv/uninstall"),
}


def session_ask(command: str, fields: dict[str, Any], session: str, timeout_s: float | None) -> Ask:
    """How a command of the session plane is asked for."""
    scope: dict[str, Any] = {"session": session}
    if timeout_s is not None:
        scope["timeout_s"] = timeout_s or SHORTEST_S
    if command in SESSION_PLANE:
        return "POST", SESSION_PLANE[command], scope | fields
    if command in _LISTS:
        return "GET", f"{_LISTS[command]}?{urlencode({'session': session})}", None
    if command == "put":
        ((name, tree),) = fields["values"].items()
        return "PUT", _variable(name), scope | {"value": tree}
    method = {"get": "GET", "delete": "DELETE"}[command]
    query = scope if command == "get" else {"session": session}
    return method, f"{_variable(fields['name'])}?{urlencode(query)}", None


def control_ask(command: str, fields: dict[str, Any]) -> Ask:
    """How a command of the control plane is asked for.

    Args:
        fields: with the session's name.
    """
    session = fields["session"]
    if command in ("health", "ping"):
        return "GET", f"/health?{urlencode({'session': session})}", None
    if command == "sessions":
        return _sessions(fields)
    if command in ("interrupt", "restart"):
        return "POST", f"/api/{command}", fields
    if command in VENV_COMMANDS:
        method, path = VENV_COMMANDS[command]
        own = {name: value for name, value in fields.items() if name != "session"}
        return method, path, own if method == "POST" else None
    if command == "venv_status":
        return "GET", f"/venv/status/{quote(str(fields.get('name')), safe='')}", None
    return "POST", f"/api/{command}", None  # stop, docs_link


def _sessions(fields: dict[str, Any]) -> Ask:
    if "open" in fields:
        return "POST", "/api/sessions", {"name": fields["open"]}
    if "close" in fields:
        return "DELETE", f"/api/sessions?{urlencode({'name': fields['close']})}", None
    return "GET", "/api/sessions", None


def _variable(name: str) -> str:
    return f"/api/variables/{quote(name, safe='', errors='surrogatepass')}"
