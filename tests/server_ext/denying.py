"""An authoriser that permits nothing, and writes down what it was asked."""

from __future__ import annotations

import os
from typing import Any

from jupyter_server.auth import Authorizer


class DenyingAuthorizer(Authorizer):
    """Says no."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        """Writes `METHOD PATH: ACTION RESOURCE`."""
        with open(os.environ["ASKED"], "a") as file:
            file.write(f"{handler.request.method} {handler.request.path}: {action} {resource}\n")
        return False
