"""Client of a Tidemill execution node."""

from .abi import ContractAbi, DecodedEvent, Hashed, abi_section
from .borsh import Reader, Writer
from .client import Client
from .errors import Fate, NodeError
from .hashes import blake3, poseidon2
from .jsonrpc import JsonRpcClient, JsonRpcError
from .proof import (
    StateKey, digests_match, event_record, events_bloom, events_root, receipt_record, receipts_digest,
    verify_record, verify_record_proof, verify_state, verify_state_proof,
)
from .retry import RetryPolicy
from .security import JwtSecret, Tls
from .tx import (
    DEPLOY, STANDARD, ZERO_ADDRESS, AccessEntry, Address, Transaction, call_payload, deploy_payload,
)
from .wave import Outcome, Wave, WaveListener, WaveStream

__all__ = [
    "DEPLOY", "STANDARD", "ZERO_ADDRESS", "AccessEntry", "Address", "Client", "ContractAbi",
    "DecodedEvent", "Fate", "Hashed", "JsonRpcClient", "JsonRpcError", "JwtSecret", "NodeError",
    "Outcome", "Reader", "RetryPolicy", "StateKey", "Tls", "Transaction", "Wave", "WaveListener",
    "WaveStream", "Writer", "abi_section", "blake3", "call_payload", "deploy_payload",
    "digests_match", "event_record", "events_bloom", "events_root", "poseidon2", "receipt_record",
    "receipts_digest", "verify_record", "verify_record_proof", "verify_state", "verify_state_proof",
]
