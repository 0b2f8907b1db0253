"""JSON-RPC 2.0 over HTTP: what a wallet uses."""

import itertools
import json
import urllib.request
from typing import Any, Dict, Optional, Union

from .security import Tls


class JsonRpcError(Exception):
    """The node answered with an error."""

    def __init__(self, code: int, message: str, data: Any):
        super().__init__(f"{message} ({code})")
        self.code = code
        self.data = data


class JsonRpcClient:
    """Sends requests to a node's HTTP port."""

    def __init__(self, endpoint: str, timeout: float = 30.0, tls: Optional[Tls] = None) -> None:
        """A client of ``endpoint``, http or https; ``tls`` says whom to trust and what to show."""
        self._endpoint = endpoint
        self._timeout = timeout
        self._context = None if tls is None else tls.context()
        self._ids = itertools.count(1)

    def call(self, method: str, params: Any) -> Any:
        number = next(self._ids)
        body = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        request = urllib.request.Request(
            self._endpoint, body.encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=self._timeout, context=self._context) as response:
            answer = json.load(response)
        if "error" in answer:
            error = answer["error"]
            raise JsonRpcError(error["code"], error["message"], error.get("data"))
        if answer.get("id") != number:
            raise ValueError(f"{method}: not the answer to request {number}")
        return answer["result"]

    def view(self, contract: bytes, function: str, calldata: bytes) -> bytes:
        """What a view function of a contract returns now; raises JsonRpcError when it fails."""
        call = {"to": "0x" + contract.hex(), "function": function, "calldata": "0x" + calldata.hex()}
        return bytes.fromhex(self.call("pyde_call", [call])[2:])

    def simulate(self, transaction: Union[bytes, Dict[str, Any]], **options: Any) -> Any:
        """Runs a transaction (Borsh) or a call in parts on a retained state.

        Options are base, overrides, context and options, as ``rpc.discover`` describes them.
        """
        what = "0x" + transaction.hex() if isinstance(transaction, bytes) else transaction
        return self.call("pyde_simulateTransaction", {"transaction": what, **options})
