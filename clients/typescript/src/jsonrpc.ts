/** JSON-RPC 2.0 over HTTP: what a wallet uses. */
import { request } from "node:https";
import { fromHex, toHex } from "./hash.js";
import { tlsFiles, type TlsOptions } from "./security.js";
import type { Address } from "./tx.js";

export class JsonRpcError extends Error {
  constructor(readonly code: number, message: string, readonly data: unknown) {
    super(`${message} (${code})`);
    this.name = "JsonRpcError";
  }
}

/** What to simulate: a whole transaction in Borsh, or a call in parts. */
export type Simulated =
  | { transaction: Uint8Array }
  | { from?: Address; to: Address; value?: bigint; function?: string; calldata?: Uint8Array; gas?: bigint };

export interface SimulateOptions {
  /** A wave number, a root, or latest, pending, earliest, safe, finalized. */
  base?: string | number;
  overrides?: Record<string, unknown>;
  context?: Record<string, unknown>;
  /** validate, trace, access_list, state_diff, estimate_gas, fuel_cap, min_wave. */
  options?: Record<string, unknown>;
}

const hex = (bytes: Uint8Array): string => `0x${toHex(bytes)}`;

export class JsonRpcClient {
  private id = 0;

  /** A client of `endpoint`, http or https. `tls` says whom to trust and which certificate to show. */
  constructor(private readonly endpoint: string, private readonly tls?: TlsOptions) {}

  /** Calls `method`; throws a JsonRpcError when the node answers with one. */
  async call(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
    const id = ++this.id;
    const body = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    const answer = JSON.parse(await this.post(body)) as {
      id?: number; result?: unknown; error?: { code: number; message: string; data?: unknown };
    };
    if (answer.error) throw new JsonRpcError(answer.error.code, answer.error.message, answer.error.data);
    if (answer.id !== id) throw new Error(`${method}: not the answer to request ${id}`);
    return answer.result;
  }

  /** fetch() knows no certificates of one's own: with them it is the https module. */
  private async post(body: string): Promise<string> {
    const headers = { "content-type": "application/json" };
    if (this.tls === undefined || !this.endpoint.startsWith("https:")) {
      return (await fetch(this.endpoint, { method: "POST", headers, body })).text();
    }
    const { serverName } = this.tls;
    const options = { method: "POST", headers, ...tlsFiles(this.tls), ...(serverName === undefined ? {} : { servername: serverName }) };
    return new Promise((resolve, reject) => {
      const sent = request(this.endpoint, options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
        response.on("error", reject);
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  /** What a view function of a contract returns now; throws a JsonRpcError when it fails. */
  async view(contract: Address, name: string, calldata: Uint8Array): Promise<Uint8Array> {
    const call = { to: hex(contract), function: name, calldata: hex(calldata) };
    return fromHex(String(await this.call("pyde_call", [call])));
  }

  /** Runs a transaction or call on a retained state: receipt, fuel and what the options ask for. */
  simulate(what: Simulated, options: SimulateOptions = {}): Promise<unknown> {
    return this.call("pyde_simulateTransaction", { transaction: "transaction" in what ? hex(what.transaction) : parts(what), ...options });
  }
}

function parts(call: Exclude<Simulated, { transaction: Uint8Array }>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(call)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, value instanceof Uint8Array ? hex(value) : String(value)]),
  );
}
