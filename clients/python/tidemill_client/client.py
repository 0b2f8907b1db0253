"""The door: one connection to a node."""

import random
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, List, Optional

import grpc

from tidemill.v1 import execution_service_pb2 as execution
from tidemill.v1 import execution_service_pb2_grpc as execution_grpc
from tidemill.v1 import state_service_pb2 as state
from tidemill.v1 import state_service_pb2_grpc as state_grpc

from .errors import Fate, NodeError

_MAX_MESSAGE = 16 << 20


@dataclass(frozen=True)
class RetryPolicy:
    """How often, and after what pause in seconds, a request that may be repeated is repeated."""

    attempts: int = 5
    first_pause: float = 0.1
    longest_pause: float = 2.0

    def pause(self, attempt: int) -> None:
        full = min(self.longest_pause, self.first_pause * 2 ** (attempt - 1))
        time.sleep(full * (0.5 + random.random() / 2))


@dataclass
class Outcome:
    """What a wave did. It is pending until it is committed, unless the request asked for that."""

    result: Any
    receipts: List[Any] = field(default_factory=list)
    state_diff: List[Any] = field(default_factory=list)
    stored: bool = False

    @property
    def root(self) -> bytes:
        """The Blake3 state root after the wave."""
        return self.result.summary.root.blake3


class Client:
    """A connection to one node. Usable as a context manager."""

    def __init__(
        self, target: str, retries: RetryPolicy = RetryPolicy(), timeout: float = 30.0,
        chunk_bytes: int = 256 * 1024, token: Optional[str] = None,
    ) -> None:
        self._channel = grpc.insecure_channel(
            target, options=[("grpc.max_receive_message_length", _MAX_MESSAGE)]
        )
        self.execution = execution_grpc.ExecutionServiceStub(self._channel)
        self.state = state_grpc.StateServiceStub(self._channel)
        self._retries = retries
        self._timeout = timeout
        self._chunk_bytes = chunk_bytes
        self._metadata = () if token is None else (("authorization", f"Bearer {token}"),)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._channel.close()

    def read(self, method: Callable[..., Any], request: Any) -> Any:
        """Calls a method that changes nothing, repeated while the node is busy or away."""
        attempt = 1
        while True:
            try:
                return method(request, timeout=self._timeout, metadata=self._metadata)
            except grpc.RpcError as failure:
                error = NodeError.of(failure)
                if attempt >= self._retries.attempts or not error.retryable:
                    raise error from failure
                self._retries.pause(attempt)
                attempt += 1

    def info(self) -> Any:
        """The handshake: what the node is, where it stands, what it accepts."""
        return self.read(self.execution.GetInfo, execution.GetInfoRequest())

    def account(self, address: bytes, want_proof: bool = False) -> Any:
        request = state.GetAccountRequest(address=address, want_proof=want_proof)
        return self.read(self.state.GetAccount, request)

    def receipt(self, transaction_hash: bytes) -> Any:
        request = execution.GetReceiptRequest(transaction_hash=transaction_hash)
        return self.read(self.execution.GetReceipt, request)

    def commit(self, wave: int, root: bytes) -> Any:
        """Makes the pending wave durable; safe to repeat. Returns the newest durable wave."""
        request = execution.CommitWaveRequest(wave=wave, root=root)
        return self.read(self.execution.CommitWave, request).head

    def execute(
        self, header: Any, transactions: List[bytes], commit: bool = False,
        on_receipt: Callable[[Any], None] = lambda receipt: None,
    ) -> Outcome:
        """Sends a wave and waits for its result; sends it again when the stream breaks."""
        attempt = 1
        while True:
            try:
                return self._attempt(header, transactions, commit, on_receipt)
            except grpc.RpcError as failure:
                error = NodeError.of(failure)
                if attempt >= self._retries.attempts or not error.retryable:
                    raise error from failure
                self._retries.pause(attempt)
                attempt += 1
                if header.wave > self.info().expected_wave:
                    raise error from failure

    def _attempt(
        self, header: Any, transactions: List[bytes], commit: bool, on_receipt: Callable[[Any], None]
    ) -> Outcome:
        outcome = Outcome(result=None)
        # gRPC asks for the next frame when there is room for it: that is the back-pressure.
        frames = self._frames(header, transactions, commit)
        call = self.execution.ExecuteWave(frames, metadata=self._metadata)
        try:
            for frame in call:
                kind = frame.WhichOneof("frame")
                if kind == "accepted":
                    outcome.stored = frame.accepted.stored
                elif kind == "receipts":
                    for receipt in frame.receipts.receipts:
                        outcome.receipts.append(receipt)
                        on_receipt(receipt)
                elif kind == "state_diff":
                    outcome.state_diff.extend(frame.state_diff.changes)
                elif kind == "abort":
                    abort = frame.abort
                    raise NodeError(
                        abort.reason, Fate.NODE, grpc.StatusCode.ABORTED, {}, abort.message
                    )
                elif kind == "result":
                    outcome.result = frame.result
                    return outcome
        finally:
            call.cancel()
        raise NodeError(
            "UNAVAILABLE", Fate.NODE, grpc.StatusCode.UNAVAILABLE, {}, "the stream ended early"
        )

    def _frames(self, header: Any, transactions: List[bytes], commit: bool) -> Iterator[Any]:
        full = execution.WaveHeader()
        full.CopyFrom(header)
        full.transaction_count = len(transactions)
        yield execution.ExecuteWaveRequest(header=full)
        chunk = execution.TransactionChunk(first_index=0)
        size = 0
        for index, transaction in enumerate(transactions):
            if size > 0 and size + len(transaction) > self._chunk_bytes:
                yield execution.ExecuteWaveRequest(transactions=chunk)
                chunk = execution.TransactionChunk(first_index=index)
                size = 0
            chunk.transactions.add(transaction=transaction)
            size += len(transaction) + 8
        if chunk.transactions:
            yield execution.ExecuteWaveRequest(transactions=chunk)
        end = execution.WaveEnd(transaction_count=len(transactions), commit=commit)
        yield execution.ExecuteWaveRequest(end=end)
