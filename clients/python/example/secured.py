"""A node that asks for TLS, a client certificate and a token: shakes hands with it and reads its height
over HTTP. Prints one JSON object; exit code 1 when the node refused or is not the one it should be.

    python3 example/secured.py [--ca FILE] [--certificate FILE --key FILE]
        [--server-name NAME] [--jwt-secret FILE] [--http URL] GRPC_TARGET
"""

import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from tidemill_client import Client, JsonRpcClient, NodeError, RetryPolicy, Tls  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    for name in ("ca", "certificate", "key", "server-name", "jwt-secret", "http"):
        parser.add_argument("--" + name)
    asked = parser.parse_args()
    # docs:begin secured
    tls = Tls(asked.ca, asked.certificate, asked.key, asked.server_name) if asked.ca else None
    once = RetryPolicy(attempts=1)
    with Client(asked.target, once, timeout=5, tls=tls, jwt_secret=asked.jwt_secret) as client:
        try:
            info = client.info()
        except NodeError as refused:
            print(json.dumps({"ok": False, "reason": refused.reason}))
            return 1
    height = JsonRpcClient(asked.http, tls=tls).call("pyde_waveNumber", []) if asked.http else None
    print(json.dumps({"ok": True, "chain": info.chain_id, "height": height}))
    # docs:end
    return 0


if __name__ == "__main__":
    sys.exit(main())
