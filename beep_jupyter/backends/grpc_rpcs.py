"""Which RPC of `protos/beep.proto` carries which command, and how its messages are read and written.

Runs in clients and servers. The commands that stream or are put together by hand (`execute`, `put`, `get`, `input`,
`own`, `logs`) have their own code on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ._proto import beep_pb2
from .grpc_messages import Form, reply_form, request_form

PYTHON, VENV, CONTROL = "PythonService", "VenvService", "ControlService"

SESSION_PLANE = {
    "call": "CallMethod",
    "capabilities": "GetCapabilities",
    "complete": "Complete",
    "create": "CreateObject",
    "delete": "DeleteVariable",
    "dispose": "DisposeHandle",
    "eval": "Evaluate",
    "getattr": "GetAttribute",
    "handles": "ListHandles",
    "import": "ImportModule",
    "inspect": "Inspect",
    "module_available": "IsModuleAvailable",
    "preview": "PreviewObject",
    "release": "ReleaseHandles",
    "setattr": "SetAttribute",
    "tofloatarray": "ToFloatArray",
    "tofloatarray2d": "ToFloatArray2D",
    "variables": "ListVariables",
    "wrap": "WrapValue",
}
VENV_COMMANDS = {
    "venv_admin": "EnsureAdminEnvironment",
    "venv_clone": "CloneEnvironment",
    "venv_create": "CreateEnvironment",
    "venv_delete": "DeleteEnvironment",
    "venv_install": "InstallPackages",
    "venv_list": "ListEnvironments",
    "venv_lock": "LockEnvironment",
    "venv_status": "GetEnvironment",
    "venv_uninstall": "UninstallPackages",
}


@dataclass(frozen=True, slots=True)
class Rpc:
    """One RPC.

    Attributes:
        request, reply: its messages.
    """

    service: str
    name: str
    request: Form
    reply: Form


def rpcs_of(service: str) -> dict[str, Rpc]:
    """The RPCs of a service by name, as the proto declares them."""
    described: Any = beep_pb2.DESCRIPTOR.services_by_name[service]
    return {
        method.name: Rpc(
            service, method.name, request_form(method.input_type.name), reply_form(method.output_type.name)
        )
        for method in described.methods
    }
