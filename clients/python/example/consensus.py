"""A consensus client in a page: handshake, waves in two steps, a wave that survives a broken stream,
an event, a receipt and a balance that are checked and not believed.

    python3 example/consensus.py GRPC_TARGET HTTP_ENDPOINT TOKEN_WASM SENDER
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from tidemill.v1 import codes_pb2 as codes  # noqa: E402
from tidemill.v1 import execution_service_pb2 as execution  # noqa: E402
from tidemill.v1 import state_service_pb2 as state  # noqa: E402
from tidemill.v1 import types_pb2 as types  # noqa: E402
from tidemill_client import (  # noqa: E402
    DEPLOY, ZERO_ADDRESS, Address, Client, ContractAbi, JsonRpcClient, Outcome, StateKey, Transaction,
    Wave, WaveListener, Writer, call_payload, deploy_payload, digests_match, event_record,
    receipt_record, verify_record_proof, verify_state_proof,
)

TRANSFERS = 300
NAME = "example-python"
TOKEN = Address.of_contract(NAME)
RECEIVER = Address.of_system("example-receiver-python")


class Consensus(WaveListener):
    """Drives one node: knows which wave comes next and what it builds on."""

    # docs:begin connect
    def __init__(self, client: Client, sender: bytes) -> None:
        self.client = client
        self.info = client.info()
        self.wave = self.info.expected_wave
        self.parent_root = self.info.expected_parent_root
        print(f"chain {self.info.chain_id}: head is wave {self.info.head.wave}, send wave {self.wave} next")
        # docs:end
        self.sender = sender
        self.nonce = client.account(sender).account.nonce_base
        self.stream = client.open_wave_stream()
        self.resends = 0

    def on_resend(self, cause: Exception) -> None:
        self.resends += 1

    def transaction(self, to: bytes, **fields: object) -> Transaction:
        """The sender's next transaction. Chains that verify signatures want one here."""
        self.nonce += 1
        return Transaction(self.sender, to, self.nonce - 1, self.info.chain_id, **fields)

    # docs:begin wave
    def execute(self, transactions: list) -> Outcome:
        """Executes the next wave, checks what came back, and makes it durable."""
        context = types.WaveContext(
            timestamp=1_900_000_000 + self.wave, beacon=bytes(32), chain_id=self.info.chain_id,
            base_fee=(100).to_bytes(16, "little"),
        )
        header = execution.WaveHeader(
            wave=self.wave, parent_root=self.parent_root, context=context, want_state_diff=True
        )
        # The stream may break: execute() shakes hands again and sends the wave once more.
        outcome = self.stream.execute(Wave(header, [one.encode() for one in transactions]), self)
        if not digests_match(outcome.result.summary, outcome.receipts):
            raise SystemExit("the receipts are not those of the digest")
        # Here a consensus client agrees with its peers on outcome.root. Then, and only then:
        self.client.commit(outcome)
        self.wave += 1
        self.parent_root = outcome.root
        return outcome
        # docs:end


def check_proofs(client: Client, outcome: Outcome, call: Transaction) -> int:
    """The receiver's balance in the outcome's state, proven; and the call's receipt and event."""
    # docs:begin proof
    summary = outcome.result.summary
    base = types.StateRef(wave=summary.wave)
    account = client.account(RECEIVER, base, want_proof=True)
    if not verify_state_proof(outcome.root, StateKey.account(RECEIVER), account.proof):
        raise SystemExit("the balance is not proven")
    position = state.ProofPosition(wave=summary.wave, transaction_index=0)
    merkle = client.proof(state.GetProofRequest(receipt=position)).merkle
    if not verify_record_proof(summary.receipts_digest, summary.transactions, merkle):
        raise SystemExit("the receipt is not proven")
    if receipt_record(client.receipt(call.hash()).receipt) != merkle.leaf:
        raise SystemExit("another receipt was proven")
    event = outcome.receipts[0].events[0]
    cursor = types.EventCursor(wave=event.wave, transaction_index=0, event_index=event.event_index)
    proven = client.proof(state.GetProofRequest(event=cursor)).merkle
    if not verify_record_proof(summary.events_root, summary.events_count, proven):
        raise SystemExit("the event is not proven")
    if event_record(event) != proven.leaf:
        raise SystemExit("another event was proven")
    # docs:end
    # What a node that lies would have to send: none of it is believed.
    account.proof.value = account.proof.value[:-1] + bytes([account.proof.value[-1] ^ 1])
    merkle.leaf = merkle.leaf[:-1] + bytes([merkle.leaf[-1] ^ 1])
    proven.index += 1
    if (
        verify_state_proof(outcome.root, StateKey.account(RECEIVER), account.proof)
        or verify_record_proof(summary.receipts_digest, summary.transactions, merkle)
        or verify_record_proof(summary.events_root, summary.events_count, proven)
    ):
        raise SystemExit("a wrong proof was believed")
    return int.from_bytes(account.account.balance, "little")


def main(target: str, endpoint: str, token_path: str, sender: str) -> int:
    module = pathlib.Path(token_path).read_bytes()
    abi = ContractAbi.of_module(module)
    with Client(target) as client:
        node = Consensus(client, bytes.fromhex(sender))
        supply = Writer().u128(1_000_000).to_bytes()
        deployment = node.transaction(
            ZERO_ADDRESS, type=DEPLOY, gas_limit=100_000_000, data=deploy_payload(NAME, module, supply)
        )
        transfers = [node.transaction(RECEIVER, value=value + 1) for value in range(TRANSFERS)]
        first = node.execute([deployment, *transfers])
        calldata = abi.encode_call("transfer", RECEIVER, 42)
        call = node.transaction(TOKEN, gas_limit=500_000, data=call_payload("transfer", calldata))
        second = node.execute([call])
        for receipt in [*first.receipts, *second.receipts]:
            if receipt.status != codes.RECEIPT_STATUS_SUCCESS:
                raise SystemExit(f"wave {receipt.wave}, {receipt.transaction_index}: code {receipt.code}")
        event = abi.decode_event(second.receipts[0].events[0])
        print(f"{event.name} of {event.fields['amount']} tokens to {event.fields['to'].hex()}")
        balance = check_proofs(client, second, call)
        rpc = JsonRpcClient(endpoint)
        answer = rpc.view(TOKEN, "balance_of", abi.encode_call("balance_of", RECEIVER))
        tokens = abi.decode_result("balance_of", answer)
        simulated = rpc.simulate(node.transaction(RECEIVER, value=1).encode())
        node.stream.close()
    ok = balance >= TRANSFERS * (TRANSFERS + 1) // 2 and tokens == 42 and simulated is not None
    print(json.dumps({"ok": ok, "waves": 2, "resends": node.resends, "balance": str(balance), "root": second.root.hex()}))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
