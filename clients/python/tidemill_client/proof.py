"""What lets a client not believe a node: state keys, proofs, and the digests of a wave.

Written from the specification and not from the node. Take roots from your consensus: a root that
the node itself said proves nothing. Verification never raises on what a node may send.
"""

from typing import Any, Iterable, List, Optional, Sequence, Tuple

from .borsh import Writer
from .hashes import blake3, poseidon2

_LEAF = b"JMT::LeafNode"
_INNER = b"JMT::IntrnalNode"
_EMPTY = b"SPARSE_MERKLE_PLACEHOLDER_HASH__"


class StateKey:
    """Where accounts and slots live in the flat state: 32 bytes, the first 16 of the account."""

    @staticmethod
    def account(address: bytes) -> bytes:
        """The key of the account record."""
        return address[:16] + poseidon2(b"\x10")[:16]

    @staticmethod
    def contract(address: bytes) -> bytes:
        """The key of what the chain keeps about a contract beside its account."""
        return address[:16] + poseidon2(b"\x11")[:16]

    @staticmethod
    def slot(contract: bytes, slot: bytes) -> Optional[bytes]:
        """The key of a contract's slot; None when it is reserved for the account itself."""
        if slot[:16] != contract[:16]:
            return contract[:16] + blake3(b"pyde-slot:" + contract + slot)[:16]
        reserved = (poseidon2(bytes([number]))[:16] for number in range(0x10, 0x20))
        return None if slot[16:] in reserved else slot


def _bit(data: bytes, index: int) -> int:
    return data[index // 8] >> (7 - index % 8) & 1


def _read_path(proof: bytes) -> Optional[Tuple[int, List[bytes], bytes]]:
    """The end, the siblings from the root down, and the other leaf.

    form u8 = 1 | end u8 | depth u16 BE | map ceil(depth / 8) | sent siblings 32 each, root first |
    when end = 2: key hash 32 | value hash 32. There is one form of each proof.
    """
    if len(proof) < 4 or proof[0] != 1 or proof[1] > 2:
        return None
    depth = int.from_bytes(proof[2:4], "big")
    width = (depth + 7) // 8
    at = 4 + width
    if depth > 256 or len(proof) < at:
        return None
    sent = proof[4:at]
    siblings = []
    for index in range(8 * width):
        if _bit(sent, index):
            sibling = proof[at : at + 32]
            if index >= depth or len(sibling) < 32 or sibling == _EMPTY:
                return None
            siblings.append(sibling)
            at += 32
        elif index < depth:
            siblings.append(_EMPTY)
    other = proof[at:]
    return (proof[1], siblings, other) if len(other) == (64 if proof[1] == 2 else 0) else None


def verify_state(root: bytes, key: bytes, value: Optional[bytes], proof: bytes) -> bool:
    """Whether the state under ``root`` holds ``value`` under ``key``, or nothing when it is None."""
    path = _read_path(proof)
    if path is None:
        return False
    end, siblings, other = path
    key_hash = blake3(key)
    if (end == 1) != (value is not None):
        return False
    if value is not None:
        node = blake3(_LEAF + key_hash + blake3(value))
    elif end == 0:
        node = _EMPTY
    else:
        # Another key's leaf shows absence only where this key would be, and is not this key's.
        shared = all(_bit(other, index) == _bit(key_hash, index) for index in range(len(siblings)))
        if other[:32] == key_hash or not shared:
            return False
        node = blake3(_LEAF + other)
    for index in range(len(siblings) - 1, -1, -1):
        pair = siblings[index] + node if _bit(key_hash, index) else node + siblings[index]
        node = blake3(_INNER + pair)
    return node == root


def verify_state_proof(root: bytes, key: bytes, proof: Any) -> bool:
    """The same for a proof as the protocol carries it, of ``key`` and of no other."""
    value = proof.value if proof.HasField("value") else None
    return proof.key == key and verify_state(root, key, value, proof.proof)


def verify_record(root: bytes, count: int, index: int, leaf: bytes, siblings: Sequence[bytes]) -> bool:
    """Whether ``leaf`` is record ``index`` of the ``count`` records under ``root``.

    The root is the receipts digest or the events root of a wave. Without the count, which the
    wave's record says, a proof is none.
    """
    depth = (count - 1).bit_length() if count > 1 else 0
    if not 0 <= index < count or len(siblings) != depth or any(len(one) != 32 for one in siblings):
        return False
    node = blake3(leaf)
    for level, sibling in enumerate(siblings):
        node = blake3(sibling + node if index >> level & 1 else node + sibling)
    return node == root


def verify_record_proof(root: bytes, count: int, proof: Any) -> bool:
    """The same for a proof as the protocol carries it; root and count come from the wave."""
    return verify_record(root, count, proof.index, proof.leaf, list(proof.siblings))


def _write_address(out: Writer, address: bytes) -> None:
    out.bool(bool(address)).fixed(address)


def _write_event_body(out: Writer, event: Any) -> None:
    out.fixed(event.contract).list(event.topics, Writer.fixed).bytes(event.data)


def receipt_record(receipt: Any) -> bytes:
    """The record of a receipt, whose Blake3 is a leaf of the receipts digest."""
    out = Writer().u64(receipt.wave).u32(receipt.transaction_index).fixed(receipt.transaction_hash)
    out.u8(receipt.status - 1).u8(receipt.category - 1).u16(receipt.code)
    out.bool(receipt.nonce_consumed).u64(receipt.gas_used).fixed(receipt.fee_paid or bytes(16))
    _write_address(out, receipt.fee_payer)
    out.bytes(receipt.return_data)
    _write_address(out, receipt.contract)
    return out.list(receipt.events, _write_event_body).to_bytes()


def event_record(event: Any) -> bytes:
    """The record of an event, whose Blake3 is a leaf of the events root."""
    out = Writer().u64(event.wave).u32(event.transaction_index).u32(event.event_index)
    _write_event_body(out, event)
    return out.to_bytes()


def _merkle_root(records: Iterable[bytes]) -> bytes:
    """Pairs up to the root; padded with zeros to a power of two."""
    level = [blake3(record) for record in records]
    if not level:
        return bytes(32)
    level += [bytes(32)] * ((1 << (len(level) - 1).bit_length()) - len(level))
    while len(level) > 1:
        level = [blake3(level[i] + level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


def receipts_digest(receipts: Sequence[Any]) -> bytes:
    """The receipts digest of a wave with these receipts."""
    return _merkle_root(receipt_record(receipt) for receipt in receipts)


def events_root(receipts: Sequence[Any]) -> bytes:
    """The events root of a wave with these receipts."""
    return _merkle_root(event_record(event) for receipt in receipts for event in receipt.events)


def events_bloom(receipts: Sequence[Any]) -> bytes:
    """The bloom filter of a wave with these receipts: three bits per contract and topic."""
    bloom = bytearray(256)
    for receipt in receipts:
        for event in receipt.events:
            for item in (event.contract, *event.topics):
                digest = blake3(item)
                for word in (0, 8, 16):
                    position = int.from_bytes(digest[word : word + 8], "little") % 2048
                    bloom[position // 8] |= 1 << position % 8
    return bytes(bloom)


def digests_match(summary: Any, receipts: Sequence[Any]) -> bool:
    """Whether digest, events root, filter and counts of ``summary`` are those of the receipts."""
    return (
        summary.transactions == len(receipts)
        and summary.events_count == sum(len(receipt.events) for receipt in receipts)
        and summary.receipts_digest == receipts_digest(receipts)
        and summary.events_root == events_root(receipts)
        and summary.events_bloom == events_bloom(receipts)
    )
