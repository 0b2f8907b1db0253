/** JSON-RPC 2.0 over HTTP: what a wallet uses. */

export class JsonRpcError extends Error {
  constructor(readonly code: number, message: string, readonly data: unknown) {
    super(`${message} (${code})`);
    this.name = "JsonRpcError";
  }
}

export class JsonRpcClient {
  private id = 0;

  constructor(private readonly endpoint: string) {}

  /** Calls `method`; throws a JsonRpcError when the node answers with one. */
  async call(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
    const id = ++this.id;
    const response = await fetch(this.endpoint, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
    });
    const answer = (await response.json()) as {
      id?: number; result?: unknown; error?: { code: number; message: string; data?: unknown };
    };
    if (answer.error) throw new JsonRpcError(answer.error.code, answer.error.message, answer.error.data);
    if (answer.id !== id) throw new Error(`${method}: not the answer to request ${id}`);
    return answer.result;
  }
}
