"""A consensus client in a page: handshake, two waves in two steps each, a wave sent twice.

Run it against a development node: python3 example/consensus.py 127.0.0.1:9944 SENDER [NONCE]
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from tidemill.v1 import execution_service_pb2 as execution  # noqa: E402
from tidemill.v1 import types_pb2 as types  # noqa: E402
from tidemill_client import Address, Client, Transaction  # noqa: E402


def main(target: str, sender: bytes, nonce: int) -> int:
    receiver = Address.of_system("example-receiver-python")
    sent = 0
    with Client(target) as client:
        info = client.info()
        parent = info.expected_parent_root
        for wave in (info.expected_wave, info.expected_wave + 1):
            transactions = []
            for value in (1, 2, 3):
                transfer = Transaction(sender, receiver, nonce, info.chain_id, value=value)
                transactions.append(transfer.encode())
                nonce += 1
                sent += value
            context = types.WaveContext(
                timestamp=1_900_000_000 + wave, beacon=bytes(32), chain_id=info.chain_id,
                base_fee=(1).to_bytes(16, "little"),
            )
            header = execution.WaveHeader(
                wave=wave, parent_root=parent, context=context, want_state_diff=True
            )
            outcome = client.execute(header, transactions)
            again = client.execute(header, transactions)
            if not again.stored or again.root != outcome.root:
                raise SystemExit("a wave that was sent twice got two answers")
            client.commit(wave, outcome.root)
            parent = outcome.root
            print(json.dumps({"wave": wave, "root": outcome.root.hex(), "receipts": len(outcome.receipts)}))
        balance = int.from_bytes(client.account(receiver).account.balance, "little")
    print(json.dumps({"ok": balance >= sent, "balance": str(balance), "sent": str(sent)}))
    return 0 if balance >= sent else 1


if __name__ == "__main__":
    start = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    sys.exit(main(sys.argv[1], bytes.fromhex(sys.argv[2]), start))
