"""Every error as REST answers it: a status, a code and a sentence. Runs in the Jupyter server."""

from __future__ import annotations

from typing import Any

from .. import errors

# By class: (status, code). A test proves it complete.
TABLE: dict[type[errors.BeepError], tuple[int, str]] = {
    errors.AuthenticationError: (502, "unauthenticated"),  # a backend refused the server, not the server its user
    errors.BackendExistsError: (409, "backend_exists"),
    errors.BackendNotFoundError: (404, "backend_not_found"),
    errors.ConfigurationError: (500, "configuration"),
    errors.ConnectionLostError: (502, "backend_lost"),
    errors.DownloadError: (502, "download"),
    errors.EnvironmentBusyError: (409, "environment_busy"),
    errors.EnvironmentExistsError: (409, "environment_exists"),
    errors.EnvironmentNotFoundError: (404, "environment_not_found"),
    errors.ExecutionError: (422, "raised"),
    errors.ExecutionTimeoutError: (504, "timeout"),
    errors.HandleNotFoundError: (404, "no_handle"),
    errors.InstallError: (502, "install"),
    errors.ProtocolError: (502, "protocol"),
    errors.RuntimeBusyError: (409, "runtime_busy"),
    errors.RuntimeNotFoundError: (404, "runtime_not_found"),
    errors.StartError: (502, "start"),
    errors.TransferError: (422, "transfer"),
    errors.UnsupportedRuntimeError: (422, "runtime_unsupported"),
    errors.UsageError: (422, "usage"),
    errors.WorkerDiedError: (502, "died"),
}
INTERNAL = {"code": "internal", "message": "The server failed; its log says how."}


class ProblemError(Exception):
    """A request that is refused by what it says, before `Beep` is asked.

    Attributes:
        status: of the reply.
        body: `{code, message}`.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message}


def problem_of(error: BaseException) -> tuple[int, dict[str, Any]]:
    """The status and body that tell of an error; those that nobody foresaw keep their text for the log."""
    if isinstance(error, ProblemError):
        return error.status, error.body
    for kind in type(error).__mro__:
        if kind in TABLE:
            status, code = TABLE[kind]
            return status, {"code": code, "message": str(error)}
    return 500, INTERNAL
