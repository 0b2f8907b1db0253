"""Waves: what is sent, what comes back, and the stream in between."""

import queue
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, List, Optional, Sequence

import grpc

from tidemill.v1 import execution_service_pb2 as execution

from .errors import NodeError
from .retry import RetryPolicy


@dataclass(frozen=True)
class Wave:
    """A wave: its header, and Borsh transactions in canonical order.

    A transaction with a skip marker or a commitment is an ``execution.WaveTransaction``.
    """

    header: Any
    transactions: Sequence[Any]
    #: Make it durable at once instead of leaving it pending.
    commit: bool = False


@dataclass
class Outcome:
    """What a wave did. It is pending until it is committed, unless the request asked for that."""

    result: Any = None
    receipts: List[Any] = field(default_factory=list)
    #: Ascending by key; empty unless asked for.
    state_diff: List[Any] = field(default_factory=list)
    #: Whether the node knew the wave and sent its stored answer.
    stored: bool = False

    @property
    def root(self) -> bytes:
        """The Blake3 state root after the wave."""
        return self.result.summary.root.blake3


class WaveListener:
    """Watches a wave; what it sees is provisional until ``execute`` returns."""

    def on_transactions_received(self, next_index: int) -> None:
        """The node has every transaction below this index."""

    def on_receipt(self, receipt: Any) -> None:
        """A receipt, in transaction order."""

    def on_resend(self, cause: NodeError) -> None:
        """The stream broke and the wave is sent once more; everything seen so far is void."""


class _Frames:
    """What gRPC sends. It asks for a frame when there is room for one: that is the back-pressure."""

    def __init__(self) -> None:
        self._sources: "queue.SimpleQueue[Optional[Iterator[Any]]]" = queue.SimpleQueue()

    def add(self, source: Iterator[Any]) -> None:
        self._sources.put(source)

    def end(self) -> None:
        self._sources.put(None)

    def __iter__(self) -> Iterator[Any]:
        source = self._sources.get()
        while source is not None:
            yield from source
            source = self._sources.get()


class WaveStream:
    """Executes waves, one after the other, on one stream; opens a new stream when it breaks.

    A wave is identified by its number and content. When the stream breaks nobody knows how far the
    node got, and nobody needs to: the handshake says whether the wave can still be sent, and a node
    that has executed it sends the stored answer, byte for byte. Belongs to one thread at a time.
    """

    def __init__(
        self, connect: Callable[[Iterator[Any]], Any], info: Callable[[], Any], retries: RetryPolicy,
        chunk_bytes: int,
    ) -> None:
        self._connect = connect
        self._info = info
        self._retries = retries
        self._chunk_bytes = chunk_bytes
        self._frames: Optional[_Frames] = None
        self._call: Any = None

    def __enter__(self) -> "WaveStream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the stream; a wave that was executed stays pending."""
        if self._frames is not None:
            self._frames.end()
            self._call.cancel()
        self._frames = self._call = None

    def execute(self, wave: Wave, listener: WaveListener = WaveListener()) -> Outcome:
        """Sends a wave and waits for its result; sends it again when the stream breaks."""
        attempt = 1
        while True:
            try:
                return self._attempt(wave, listener)
            except (grpc.RpcError, NodeError) as failure:
                self.close()
                error = failure if isinstance(failure, NodeError) else NodeError.of(failure)
                if not self._retries.again(attempt, error):
                    raise error from failure
                listener.on_resend(error)
            self._retries.pause(attempt)
            attempt += 1
            self._check_still_wanted(wave)

    def _check_still_wanted(self, wave: Wave) -> None:
        """After a broken stream the handshake says whether sending the wave again makes sense."""
        expected = self._info().expected_wave
        number = wave.header.wave
        if number > expected:
            metadata = {"wave": str(number), "expected_wave": str(expected)}
            message = f"the node lost waves: it expects wave {expected}, not {number}"
            raise NodeError("WAVE_GAP", grpc.StatusCode.OUT_OF_RANGE, metadata, message)

    def _attempt(self, wave: Wave, listener: WaveListener) -> Outcome:
        if self._frames is None:
            self._frames = _Frames()
            self._call = self._connect(iter(self._frames))
        self._frames.add(self._input(wave, 0, True))
        outcome = Outcome()
        for frame in self._call:
            kind = frame.WhichOneof("frame")
            if kind == "accepted":
                outcome.stored = frame.accepted.stored
            elif kind == "ack":
                listener.on_transactions_received(frame.ack.next_index)
            elif kind == "resend":
                self._frames.add(self._input(wave, frame.resend.from_index, False))
            elif kind == "receipts":
                self._receive(frame.receipts, outcome, listener)
            elif kind == "state_diff":
                outcome.state_diff.extend(frame.state_diff.changes)
            elif kind == "abort":
                metadata = {"wave": str(frame.abort.wave)}
                message = f"wave {frame.abort.wave} is abandoned: {frame.abort.message}"
                raise NodeError(frame.abort.reason, grpc.StatusCode.ABORTED, metadata, message)
            elif kind == "result":
                outcome.result = frame.result
                return outcome
        message = "the node ended the stream before the result"
        raise NodeError("UNAVAILABLE", grpc.StatusCode.UNAVAILABLE, {}, message)

    @staticmethod
    def _receive(chunk: Any, outcome: Outcome, listener: WaveListener) -> None:
        if chunk.first_index != len(outcome.receipts):
            message = f"receipts out of order: {chunk.first_index} after {len(outcome.receipts)}"
            raise NodeError("INTERNAL", grpc.StatusCode.INTERNAL, {}, message)
        for receipt in chunk.receipts:
            outcome.receipts.append(receipt)
            listener.on_receipt(receipt)

    def _input(self, wave: Wave, start: int, with_header: bool) -> Iterator[Any]:
        """The frames of the wave from transaction ``start`` on."""
        count = len(wave.transactions)
        if with_header:
            header = execution.WaveHeader()
            header.CopyFrom(wave.header)
            header.transaction_count = count
            yield execution.ExecuteWaveRequest(header=header)
        chunk = execution.TransactionChunk(first_index=start)
        size = 0
        for index in range(start, count):
            entry = wave.transactions[index]
            if isinstance(entry, bytes):
                entry = execution.WaveTransaction(transaction=entry)
            if size > 0 and size + len(entry.transaction) > self._chunk_bytes:
                yield execution.ExecuteWaveRequest(transactions=chunk)
                chunk = execution.TransactionChunk(first_index=index)
                size = 0
            chunk.transactions.append(entry)
            size += len(entry.transaction) + 8
        if chunk.transactions:
            yield execution.ExecuteWaveRequest(transactions=chunk)
        end = execution.WaveEnd(transaction_count=count, commit=wave.commit)
        yield execution.ExecuteWaveRequest(end=end)
