"""Client of a Tidemill execution node."""

from .borsh import Reader, Writer
from .client import Client, Outcome, RetryPolicy
from .errors import Fate, NodeError
from .hashes import blake3, poseidon2
from .jsonrpc import JsonRpcClient, JsonRpcError
from .tx import AccessEntry, Address, Transaction, call_payload, deploy_payload

__all__ = [
    "AccessEntry", "Address", "Client", "Fate", "JsonRpcClient", "JsonRpcError", "NodeError",
    "Outcome", "Reader", "RetryPolicy", "Transaction", "Writer", "blake3", "call_payload",
    "deploy_payload", "poseidon2",
]
