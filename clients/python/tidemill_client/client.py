"""The door: one connection to a node."""

from typing import Any, Callable, Optional, Sequence, Tuple

import grpc

from tidemill.v1 import execution_service_pb2 as execution
from tidemill.v1 import execution_service_pb2_grpc as execution_grpc
from tidemill.v1 import state_service_pb2 as state
from tidemill.v1 import state_service_pb2_grpc as state_grpc

from .errors import NodeError
from .retry import RetryPolicy
from .security import JwtSecret, Tls
from .wave import Outcome, WaveStream

_CHANNEL = [
    ("grpc.max_receive_message_length", 16 << 20),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
]


class Client:
    """A connection to one node. Usable as a context manager."""

    def __init__(
        self, target: str, retries: RetryPolicy = RetryPolicy(), timeout: float = 30.0,
        chunk_bytes: int = 256 * 1024, tls: Optional[Tls] = None, jwt_secret: Optional[str] = None,
        token: Optional[str] = None,
    ) -> None:
        """A client of the node at ``target``, "host:port" or "unix:/path".

        ``tls`` encrypts the connection. ``jwt_secret`` is the file with the secret that the node has in
        ``auth.jwt-secret``; ``token`` is a bearer token that stays as it is, instead of it.
        """
        self._channel = _channel(target, tls)
        #: The stubs, for methods of the protocol that have no shorter way here.
        self.execution = execution_grpc.ExecutionServiceStub(self._channel)
        self.state = state_grpc.StateServiceStub(self._channel)
        self._retries = retries
        self._timeout = timeout
        self._chunk_bytes = chunk_bytes
        secret = None if jwt_secret is None else JwtSecret(jwt_secret)
        self._token = (lambda: token) if secret is None else secret.token

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._channel.close()

    def read(self, method: Callable[..., Any], request: Any) -> Any:
        """Calls a method that may be repeated, again while the node is busy or away."""
        attempt = 1
        while True:
            try:
                return method(request, timeout=self._timeout, metadata=self._metadata())
            except grpc.RpcError as failure:
                error = NodeError.of(failure)
                if not self._retries.again(attempt, error):
                    raise error from failure
            self._retries.pause(attempt)
            attempt += 1

    def _metadata(self) -> Sequence[Tuple[str, str]]:
        """What each request carries: a token of its own, since those of a secret are good for a minute."""
        token = self._token()
        return () if token is None else (("authorization", f"Bearer {token}"),)

    def info(self) -> Any:
        """The handshake: what the node is, where it stands, what it accepts."""
        return self.read(self.execution.GetInfo, execution.GetInfoRequest())

    def receipt(self, transaction_hash: bytes) -> Any:
        """The receipt of a committed transaction, by the hash that was signed."""
        request = execution.GetReceiptRequest(transaction_hash=transaction_hash)
        return self.read(self.execution.GetReceipt, request)

    def wave(self, number: int, page_size: int = 0) -> Any:
        """A retained wave with up to ``page_size`` of its receipts."""
        request = execution.GetWaveRequest(wave=number, page_size=page_size)
        return self.read(self.execution.GetWave, request)

    def simulate(self, request: Any) -> Any:
        """Executes on a retained state and forgets."""
        return self.read(self.execution.Simulate, request)

    def account(self, address: bytes, base: Any = None, want_proof: bool = False) -> Any:
        """An account, with a proof if asked for."""
        request = state.GetAccountRequest(address=address, base=base, want_proof=want_proof)
        return self.read(self.state.GetAccount, request)

    def storage(self, request: Any) -> Any:
        """Slots of a contract."""
        return self.read(self.state.GetStorage, request)

    def code(self, address: bytes) -> Any:
        """The module of a contract."""
        return self.read(self.state.GetCode, state.GetCodeRequest(address=address))

    def proof(self, request: Any) -> Any:
        """Proofs of keys, of a receipt or of an event."""
        return self.read(self.state.GetProof, request)

    def events(self, request: Any) -> Any:
        """A page of events."""
        return self.read(self.state.QueryEvents, request)

    def open_wave_stream(self) -> WaveStream:
        """Opens a stream for waves; one at a time per node is useful."""

        def connect(frames: Any) -> Any:
            return self.execution.ExecuteWave(frames, metadata=self._metadata())

        return WaveStream(connect, self.info, self._retries, self._chunk_bytes)

    def commit(self, outcome: Outcome) -> Any:
        """Makes the pending wave durable; safe to repeat. Returns the newest durable wave."""
        request = execution.CommitWaveRequest(wave=outcome.result.summary.wave, root=outcome.root)
        return self.read(self.execution.CommitWave, request).head

    def rollback(self, to_wave: int) -> Any:
        """Discards the pending wave or undoes committed ones, until ``to_wave`` is the head."""
        return self.read(self.execution.RollbackWave, execution.RollbackWaveRequest(to_wave=to_wave))


def _channel(target: str, tls: Optional[Tls]) -> grpc.Channel:
    if tls is None:
        return grpc.insecure_channel(target, options=_CHANNEL)
    options = list(_CHANNEL)
    if tls.server_name is not None:
        options.append(("grpc.ssl_target_name_override", tls.server_name))
    return grpc.secure_channel(target, tls.credentials(), options=options)
