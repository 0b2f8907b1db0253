"""The vectors that the clients of all languages share."""

import json
import pathlib

import pytest

from tidemill_client import AccessEntry, Address, Reader, Transaction, Writer, blake3
from tidemill_client import call_payload, deploy_payload, poseidon2

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "vectors"


def rows(name, key):
    return json.loads((VECTORS / name).read_text())[key]


def test_hashes():
    for row in rows("hashes.json", "poseidon2"):
        assert poseidon2(bytes.fromhex(row["input"])).hex() == row["hash"]
    for row in rows("hashes.json", "blake3"):
        assert blake3(bytes.fromhex(row["input"])).hex() == row["hash"]
    for row in rows("hashes.json", "blake3_pattern"):
        assert blake3(bytes(i % 251 for i in range(row["length"]))).hex() == row["hash"]


def test_addresses():
    for row in rows("addresses.json", "contract"):
        assert Address.of_contract(row["name"]).hex() == row["address"]
    for row in rows("addresses.json", "parachain"):
        assert Address.of_parachain(row["name"]).hex() == row["address"]
    for row in rows("addresses.json", "system"):
        assert Address.of_system(row["name"]).hex() == row["address"]
    for row in rows("addresses.json", "child"):
        parts = [bytes.fromhex(row[key]) for key in ("parent", "template", "salt")]
        assert Address.of_child(*parts).hex() == row["address"]


def test_transactions():
    for row in rows("transactions.json", "transactions"):
        transaction = Transaction(
            sender=bytes.fromhex(row["from"]), to=bytes.fromhex(row["to"]), value=int(row["value"]),
            data=bytes.fromhex(row["data"]), gas_limit=row["gas_limit"], nonce=row["nonce"],
            chain_id=row["chain_id"], type=row["type"],
            access_list=[
                AccessEntry(
                    bytes.fromhex(entry["address"]), [bytes.fromhex(slot) for slot in entry["slots"]],
                    entry["write"],
                )
                for entry in row["access_list"]
            ],
        )
        assert transaction.encode().hex() == row["encoded"]
        assert transaction.hash().hex() == row["hash"]


def test_payloads():
    for row in rows("payloads.json", "call"):
        assert call_payload(row["function"], bytes.fromhex(row["calldata"])).hex() == row["encoded"]
    for row in rows("payloads.json", "deploy"):
        wasm, init = bytes.fromhex(row["wasm"]), bytes.fromhex(row["init_calldata"])
        assert deploy_payload(row["name"], wasm, init, row["parachain"]).hex() == row["encoded"]


def test_borsh():
    reader = Reader(Writer().u8(200).u128(2**128 - 1).string("wäve").bool(True).to_bytes())
    assert (reader.u8(), reader.u128(), reader.string(), reader.bool()) == (200, 2**128 - 1, "wäve", True)
    reader.end()
    with pytest.raises(ValueError, match="byte 0"):
        Reader(b"abc").u32()
    with pytest.raises(ValueError, match="u8"):
        Writer().u8(256)
