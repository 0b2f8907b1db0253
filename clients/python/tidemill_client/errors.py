"""Typed errors: what the node refused or could not answer. A contract's failure is a receipt."""

import enum
from typing import Dict, Iterator, Optional, Tuple

import grpc

from .catalog import CATALOG

DOMAIN = b"tidemill.io"


class Fate(enum.Enum):
    """Whose fault an error is."""

    CALLER = "caller"
    PRESSURE = "pressure"
    NODE = "node"


_PRESSURE = {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.DEADLINE_EXCEEDED}
_NODE = {
    grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.DATA_LOSS, grpc.StatusCode.CANCELLED, grpc.StatusCode.ABORTED,
}


class NodeError(Exception):
    """The node refused or could not answer.

    ``reason`` is the one of the error catalogue, or the gRPC code's name when there is none.
    """

    def __init__(self, reason: str, code: grpc.StatusCode, metadata: Dict[str, str], message: str):
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.code = code
        self.metadata = metadata

    @property
    def fate(self) -> Fate:
        """Whose fault it is, which decides what to do about it."""
        if self.reason in CATALOG:
            return Fate(CATALOG[self.reason][0])
        return Fate.PRESSURE if self.code in _PRESSURE else Fate.NODE if self.code in _NODE else Fate.CALLER

    @property
    def remedy(self) -> str:
        """What to do about it, from the catalogue; empty when the reason is unknown."""
        text = CATALOG.get(self.reason, ("", ""))[1]
        for name, value in self.metadata.items():
            text = text.replace("{" + name + "}", value)
        return text

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later."""
        busy = self.code is grpc.StatusCode.UNAVAILABLE and self.reason != "NODE_FAULTED"
        return self.fate is Fate.PRESSURE or (self.fate is Fate.NODE and busy)

    @staticmethod
    def of(error: grpc.RpcError) -> "NodeError":
        """The error behind a failed call."""
        code = error.code()
        reason, metadata = _error_info(error) or (code.name, {})
        return NodeError(reason, code, metadata, error.details() or "")


def _error_info(error: grpc.RpcError) -> Optional[Tuple[str, Dict[str, str]]]:
    """The google.rpc.ErrorInfo of our domain in the status details."""
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        for detail in _fields(value, 3):
            kind = next(_fields(detail, 1), b"")
            info = next(_fields(detail, 2), b"")
            if kind.endswith(b"/google.rpc.ErrorInfo") and next(_fields(info, 2), b"") == DOMAIN:
                entries = {
                    next(_fields(entry, 1), b"").decode(): next(_fields(entry, 2), b"").decode()
                    for entry in _fields(info, 3)
                }
                return next(_fields(info, 1), b"").decode(), entries
    return None


def _fields(message: bytes, number: int) -> Iterator[bytes]:
    """The length-delimited fields with this number in a protobuf message."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        if tag & 7 == 0:
            _, at = _varint(message, at)
        elif tag & 7 == 2:
            length, at = _varint(message, at)
            if tag >> 3 == number:
                yield message[at : at + length]
            at += length
        else:
            at += 8 if tag & 7 == 1 else 4


def _varint(message: bytes, at: int) -> Tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
