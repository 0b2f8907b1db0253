"""The first ten minutes: a contract on a development chain, a transaction, its receipt, and proofs that do
not take the node's word for it.

    ./tidemill dev
    python3 example/first.py GRPC_TARGET HTTP_ENDPOINT
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from tidemill.v1 import state_service_pb2 as state  # noqa: E402
from tidemill.v1 import types_pb2 as types  # noqa: E402
from tidemill_client import (  # noqa: E402
    Client, ContractAbi, JsonRpcClient, StateKey, event_record, receipt_record, verify_record_proof,
    verify_state_proof,
)


def unhex(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def main(target: str, endpoint: str) -> int:
    # docs:begin send
    rpc = JsonRpcClient(endpoint)
    name = f"first-python-{rpc.call('pyde_waveNumber', [])}"
    deployed = rpc.call("dev_deploy", [{"name": name, "example": "counter", "arguments": ["7"]}])
    counter = unhex(deployed["contract"])
    client = Client(target)
    abi = ContractAbi.of_module(client.code(counter).wasm)
    calldata = "0x" + abi.encode_call("add", 35).hex()
    # The development chain signs with the key of its first account.
    call = {"to": deployed["contract"], "function": "add", "calldata": calldata}
    sent = rpc.call("dev_sendTransaction", [call])
    # docs:end
    # docs:begin receipt
    receipt = client.receipt(unhex(sent["transaction_hash"])).receipt
    total = abi.decode_result("add", receipt.return_data)
    event = abi.decode_event(receipt.events[0])
    print(f"receipt: wave {receipt.wave}, {receipt.gas_used} gas, {event.name}, the count is {total}")
    # docs:end
    # docs:begin verify
    summary = client.wave(receipt.wave).summary
    root = summary.root.blake3  # from whom you trust: your consensus, a checkpoint, your own node
    position = state.ProofPosition(wave=receipt.wave, transaction_index=receipt.transaction_index)
    proof = client.proof(state.GetProofRequest(receipt=position)).merkle
    assert verify_record_proof(summary.receipts_digest, summary.transactions, proof)
    assert proof.leaf == receipt_record(receipt)
    cursor = types.EventCursor(wave=receipt.wave, transaction_index=receipt.transaction_index)
    proof = client.proof(state.GetProofRequest(event=cursor)).merkle
    assert verify_record_proof(summary.events_root, summary.events_count, proof)
    assert proof.leaf == event_record(receipt.events[0])
    account = client.account(counter, types.StateRef(wave=receipt.wave), want_proof=True)
    assert verify_state_proof(root, StateKey.account(counter), account.proof)
    print(f"verified: receipt, event and account of the contract, under root {root.hex()}")
    # docs:end
    client.close()
    print(json.dumps({"ok": total == 42, "root": root.hex()}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
