"""The vectors that the clients of all languages share."""

import json
import pathlib

import pytest

from tidemill.v1 import types_pb2 as types
from tidemill_client import (
    AccessEntry, Address, ContractAbi, Hashed, Reader, StateKey, Transaction, Writer, abi_section,
    blake3, call_payload, deploy_payload, digests_match, event_record, events_bloom, events_root,
    poseidon2, receipt_record, receipts_digest, verify_record, verify_state,
)

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


def unhex(text):
    return None if text is None else bytes.fromhex(text)


def test_state_keys():
    for row in rows("state-keys.json", "accounts"):
        assert StateKey.account(unhex(row["address"])).hex() == row["account_key"]
        assert StateKey.contract(unhex(row["address"])).hex() == row["contract_key"]
    for row in rows("state-keys.json", "slots"):
        assert StateKey.slot(unhex(row["contract"]), unhex(row["slot"])) == unhex(row["key"])


def test_exactly_the_true_proofs_are_accepted():
    for row in rows("proofs.json", "state"):
        claim = [unhex(row[name]) for name in ("root", "key", "value", "proof")]
        assert verify_state(*claim) == row["valid"], row["what"]
    for row in rows("proofs.json", "list"):
        siblings = [unhex(sibling) for sibling in row["siblings"]]
        claim = unhex(row["root"]), row["count"], row["index"], unhex(row["leaf"]), siblings
        assert verify_record(*claim) == row["valid"], row["what"]


def receipt_of(row):
    octets = ("transaction_hash", "fee_paid", "fee_payer", "return_data", "contract")
    plain = ("wave", "transaction_index", "status", "category", "code", "nonce_consumed", "gas_used")
    receipt = types.Receipt(
        **{name: unhex(row[name]) for name in octets}, **{name: row[name] for name in plain}
    )
    for index, event in enumerate(row["events"]):
        receipt.events.add(
            wave=row["wave"], transaction_index=row["transaction_index"], event_index=index,
            contract=unhex(event["contract"]), topics=[unhex(topic) for topic in event["topics"]],
            data=unhex(event["data"]),
        )
    return receipt


def test_receipts_events_and_their_digests():
    for wave in rows("records.json", "waves"):
        receipts = [receipt_of(row) for row in wave["receipts"]]
        for receipt, row in zip(receipts, wave["receipts"]):
            assert receipt_record(receipt).hex() == row["encoded"]
            for event, expected in zip(receipt.events, row["events"]):
                assert event_record(event).hex() == expected["encoded"]
        assert receipts_digest(receipts).hex() == wave["receipts_digest"]
        assert events_root(receipts).hex() == wave["events_root"]
        assert events_bloom(receipts).hex() == wave["events_bloom"]
        summary = types.WaveSummary(
            transactions=len(receipts), events_count=sum(len(receipt.events) for receipt in receipts),
            **{name: unhex(wave[name]) for name in ("receipts_digest", "events_root", "events_bloom")},
        )
        assert digests_match(summary, receipts)
        summary.transactions += 1
        assert not digests_match(summary, receipts)


def fields(definition):
    return [{"name": one.name, "type": one.type.spelling} for one in definition]


def describe(abi):
    return {
        "version": abi.version, "parachain": abi.parachain, "name": abi.name,
        "contract_version": abi.contract_version,
        "functions": [
            {
                "name": one.name, "selector": one.selector, "attributes": one.attributes,
                "params": fields(one.arguments), "returns": one.returns and one.returns.spelling,
                "access_list": one.access_list,
            }
            for one in abi.functions
        ],
        "constructor": abi.constructor, "fallback": abi.fallback, "receive": abi.receive,
        "events": [
            {
                "name": one.name, "params": fields(one.fields), "indexed_mask": one.indexed_mask,
                "signature": abi.signature(one), "topic": abi.topic(one).hex(),
            }
            for one in abi.events
        ],
        "parachain_imports": abi.parachain_imports,
        "schema": abi.schema and [
            {"name": one.name, "keys": [key.spelling for key in one.keys], "value": one.value.spelling}
            for one in abi.schema
        ],
        "types": [
            {"name": one.name, "fields": fields(one.fields)} if hasattr(one, "fields")
            else {"name": one.name, "variants": one.variants}
            for one in abi.types
        ],
    }


def plain(value):
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Hashed):
        return {"hash": value.hash.hex()}
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value]


def abi_of(row):
    return ContractAbi.decode(unhex(rows("abi.json", "sections")[row["abi"]]["payload"]))


def test_abi_sections_are_read_or_refused():
    for row in rows("abi.json", "sections"):
        if row["abi"] is None:
            with pytest.raises(ValueError):
                ContractAbi.decode(unhex(row["payload"]))
        else:
            assert describe(ContractAbi.decode(unhex(row["payload"]))) == row["abi"], row["what"]
    for row in rows("abi.json", "modules"):
        if row["payload"] is None:
            with pytest.raises(ValueError):
                abi_section(unhex(row["wasm"]))
        else:
            assert abi_section(unhex(row["wasm"])).hex() == row["payload"]


def test_calls_results_and_events_by_the_abi():
    for row in rows("abi.json", "calls"):
        abi = abi_of(row)
        values = abi.decode_call(row["function"], unhex(row["calldata"]))
        assert plain(values) == row["arguments"]
        assert abi.encode_call(row["function"], *values).hex() == row["calldata"]
    for row in rows("abi.json", "results"):
        if row.get("refused"):
            with pytest.raises(ValueError):
                abi_of(row).decode_result(row["function"], unhex(row["data"]))
        else:
            assert plain(abi_of(row).decode_result(row["function"], unhex(row["data"]))) == row["value"]
    for row in rows("abi.json", "events"):
        event = types.Event(topics=[unhex(topic) for topic in row["topics"]], data=unhex(row["data"]))
        if row["name"] is not None:
            decoded = abi_of(row).decode_event(event)
            assert decoded.name == row["name"] and plain(decoded.fields) == row["fields"]
        elif len(event.topics) == 1:
            assert abi_of(row).decode_event(event) is None
        else:
            with pytest.raises(ValueError):
                abi_of(row).decode_event(event)
    token = abi_of({"abi": 1})
    with pytest.raises(ValueError, match="amount: -1 does not fit uint128"):
        token.encode_call("transfer", bytes(32), -1)
    with pytest.raises(ValueError, match="no function mint"):
        token.encode_call("mint")
