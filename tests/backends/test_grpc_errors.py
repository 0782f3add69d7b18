"""Failed RPCs become our errors: every status, with a backend's words and without."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest

from beep_jupyter.backends.grpc_errors import FOREIGN, foreign_error, wire_error
from beep_jupyter.errors import AuthenticationError, BeepError, ConnectionLostError, ProtocolError, TransferError


class Failed(grpc.RpcError):
    """What a stub raises."""

    def __init__(self, code: grpc.StatusCode, details: str = "", trailing: Any = None) -> None:
        self.code, self.details, self.trailing_metadata = lambda: code, lambda: details, lambda: trailing


def test_every_status_of_grpc_is_in_the_table() -> None:
    assert set(FOREIGN) == set(grpc.StatusCode)


@pytest.mark.parametrize("code", list(grpc.StatusCode))
def test_a_status_without_a_word_of_a_backend_is_one_sentence_and_a_cure(code: grpc.StatusCode) -> None:
    error = foreign_error(Failed(code), "b")
    assert isinstance(error, BeepError)
    assert error.what.startswith("Backend 'b' ")
    assert error.what.endswith(".")
    assert error.cure.endswith(".")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.UNAVAILABLE, ConnectionLostError),
        (grpc.StatusCode.DEADLINE_EXCEEDED, ConnectionLostError),
        (grpc.StatusCode.UNAUTHENTICATED, AuthenticationError),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, TransferError),
        (grpc.StatusCode.UNIMPLEMENTED, ProtocolError),
        (grpc.StatusCode.INTERNAL, ProtocolError),
    ],
)
def test_what_grpc_says_itself_is_told_apart(code: grpc.StatusCode, kind: type[BeepError]) -> None:
    assert type(foreign_error(Failed(code), "b")) is kind


def test_the_whole_error_goes_before_the_cut_one() -> None:
    whole, cut = {"code": "raised", "evalue": "long"}, {"code": "raised", "evalue": "l…"}
    trailing = (("other", "x"), ("beep-error-bin", json.dumps(whole).encode()))
    assert wire_error(Failed(grpc.StatusCode.ABORTED, json.dumps(cut), trailing)) == whole
    assert wire_error(Failed(grpc.StatusCode.ABORTED, json.dumps(cut))) == cut


@pytest.mark.parametrize("details", ["", "Socket closed", "[]", '"x"', "{}", '{"message": "no code"}'])
def test_what_no_backend_said_is_not_taken_for_its_words(details: str) -> None:
    assert wire_error(Failed(grpc.StatusCode.UNAVAILABLE, details)) is None
