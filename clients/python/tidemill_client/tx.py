"""Addresses, the transaction envelope, its hash, and the payloads of calls and deployments."""

from dataclasses import dataclass, field
from typing import List, Optional, Union

from .borsh import Writer
from .hashes import poseidon2

STANDARD = 0
DEPLOY = 1
INTRINSIC_GAS = 21_000
ZERO_ADDRESS = bytes(32)


class Address:
    """32 bytes that name an account; every family is Poseidon2 of its own preimage."""

    @staticmethod
    def of_public_key(key: bytes) -> bytes:
        return poseidon2(key)

    @staticmethod
    def of_contract(name: str) -> bytes:
        return poseidon2(b"pyde-contract:" + name.encode())

    @staticmethod
    def of_parachain(name: str) -> bytes:
        return poseidon2(b"pyde-parachain:" + name.encode())

    @staticmethod
    def of_system(name: str) -> bytes:
        return poseidon2(name.encode())

    @staticmethod
    def of_child(parent: bytes, template: bytes, salt: bytes) -> bytes:
        return poseidon2(b"pyde-child:" + parent + template + salt)


@dataclass(frozen=True)
class AccessEntry:
    """A hint: slots of one account that the transaction will touch. It never changes a result."""

    address: bytes
    slots: List[bytes]
    write: bool


def call_payload(function: str, calldata: bytes) -> bytes:
    """The data of a contract call."""
    return Writer().string(function).bytes(calldata).to_bytes()


def deploy_payload(name: str, wasm: bytes, init_calldata: bytes, parachain: bool = False) -> bytes:
    """The data of a deployment."""
    return Writer().string(name).bytes(wasm).bool(parachain).bytes(init_calldata).to_bytes()


@dataclass(frozen=True)
class Transaction:
    """The envelope of every transaction. ``fee_payer`` is "sender", "gas_tank" or an address."""

    sender: bytes
    to: bytes
    nonce: int
    chain_id: int
    value: int = 0
    data: bytes = b""
    gas_limit: int = INTRINSIC_GAS
    signature: bytes = b""
    fee_payer: Union[str, bytes] = "sender"
    access_list: List[AccessEntry] = field(default_factory=list)
    deadline: Optional[int] = None
    type: int = STANDARD

    def encode(self) -> bytes:
        """The Borsh bytes."""
        out = Writer().fixed(self.sender).fixed(self.to).u128(self.value).bytes(self.data)
        out.u64(self.gas_limit).u64(self.nonce).bytes(self.signature)
        self._fee_payer(out)
        self._access_list(out)
        return out.option(self.deadline, Writer.u64).u64(self.chain_id).u8(self.type).to_bytes()

    def hash(self) -> bytes:
        """What the sender signs and receipts are found by; the signature is not part of it."""
        entries = Writer()
        self._access_list(entries)
        out = Writer().u64(self.chain_id).fixed(self.sender).fixed(self.to).u128(self.value)
        out.fixed(poseidon2(self.data)).u64(self.gas_limit).u64(self.nonce)
        self._fee_payer(out)
        out.fixed(poseidon2(entries.to_bytes())).option(self.deadline, Writer.u64).u8(self.type)
        return poseidon2(out.to_bytes())

    def _fee_payer(self, out: Writer) -> None:
        if isinstance(self.fee_payer, bytes):
            out.u8(2).fixed(self.fee_payer)
        else:
            out.u8({"sender": 0, "gas_tank": 1}[self.fee_payer])

    def _access_list(self, out: Writer) -> None:
        out.list(
            self.access_list,
            lambda writer, entry: writer.fixed(entry.address)
            .list(entry.slots, lambda slots, slot: slots.fixed(slot))
            .bool(entry.write),
        )
