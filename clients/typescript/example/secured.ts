/**
 * A node that asks for TLS, a client certificate and a token: shakes hands with it and reads its height
 * over HTTP. Prints one JSON object; exit code 1 when the node refused or is not the one it should be.
 *
 *     node dist/example/secured.js [--ca FILE] [--certificate FILE --key FILE]
 *         [--server-name NAME] [--jwt-secret FILE] [--http URL] GRPC_TARGET
 */
import { parseArgs } from "node:util";
import { JsonRpcClient, NodeError, TidemillClient } from "../src/index.js";

const text = { type: "string" } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { ca: text, certificate: text, key: text, "server-name": text, "jwt-secret": text, http: text },
});
const [target = "127.0.0.1:9944"] = positionals;
const { ca, certificate, key, "server-name": serverName, "jwt-secret": jwtSecret } = values;

// docs:begin secured
const tls = ca === undefined ? undefined : { ca, certificate, key, serverName };
const client = new TidemillClient(target, { tls, jwtSecret, attempts: 1, deadlineMillis: 5_000 });
try {
  const info = await client.info();
  const height = values.http === undefined ? null : await new JsonRpcClient(values.http, tls).call("pyde_waveNumber", []);
  console.log(JSON.stringify({ ok: true, chain: Number(info.chainId), height }));
} catch (error) {
  console.log(JSON.stringify({ ok: false, reason: error instanceof NodeError ? error.reason : String(error) }));
  process.exitCode = 1;
}
// docs:end
client.close();
