/**
 * For the tests of contract authors, under vitest, node:test or anything with hooks of that shape: a
 * development chain that is started or found, and contracts on it by the words of their ABIs.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { JsonRpcClient } from "./jsonrpc.js";
import { toHex } from "./hash.js";

/** What a call or a transaction came to, in words. */
export interface CallOutcome {
  /** success, or how it failed: reverted, trapped ... */
  status: string;
  /** By the contract's ABI; empty for nothing. */
  result: string;
  /** Why it failed; empty on success. */
  reason: string;
  /** Where it failed, innermost first. */
  backtrace: string[];
  /** Of a transaction. */
  events: string[];
  /** What contracts said with debug_log. */
  logs: string[];
  /** Of a call without the intrinsic gas. */
  gas: bigint;
  /** Of a transaction. */
  hash?: string;
}

/** A number, a boolean, another contract, or words as `tidemill dev send` takes them. */
export type Argument = bigint | number | boolean | string | TestContract;

function outcome(answer: unknown): CallOutcome {
  const { status, result, reason, backtrace, events, logs, gas_used, fuel_used, transaction_hash } = answer as Record<string, any>;
  return {
    status, result, reason, backtrace, logs, events: events ?? [], gas: BigInt(gas_used ?? fuel_used ?? 0),
    ...(transaction_hash === undefined ? {} : { hash: transaction_hash }),
  };
}

const words = (values: Argument[]): string[] =>
  values.map((value) => (value instanceof TestContract ? value.name : String(value)));

/** A contract on a development chain, as one account sees it. */
export class TestContract {
  constructor(
    private readonly rpc: JsonRpcClient,
    readonly name: string,
    private readonly sender = "#0",
    private readonly value = 0n,
  ) {}

  /** The same contract, called by another account: `#3`, a name, or 0x and 64 digits. */
  from(account: string): TestContract {
    return new TestContract(this.rpc, this.name, account, this.value);
  }

  /** The same contract, where every transaction and call brings so many quanta. */
  with(quanta: bigint): TestContract {
    return new TestContract(this.rpc, this.name, this.sender, quanta);
  }

  /** Sends a transaction that calls `name`; it has a wave of its own when this returns. */
  async send(name: string, ...values: Argument[]): Promise<CallOutcome> {
    return outcome(await this.rpc.call("dev_sendTransaction", { transaction: this.parts(name, values) }));
  }

  /** What `name` would do; nothing changes. */
  async call(name: string, ...values: Argument[]): Promise<CallOutcome> {
    return outcome(await this.rpc.call("dev_call", { call: this.parts(name, values) }));
  }

  private parts(name: string, values: Argument[]): Record<string, unknown> {
    return { from: this.sender, to: this.name, value: String(this.value), function: name, arguments: words(values) };
  }
}

/** A development chain in the hands of a test. */
export class DevChain {
  readonly rpc: JsonRpcClient;

  private constructor(endpoint: string, private readonly process?: ChildProcess) {
    this.rpc = new JsonRpcClient(endpoint);
  }

  /**
   * The chain at TIDEMILL_RPC, or else one that the launcher in TIDEMILL_LAUNCHER starts, or else one that
   * `tidemill` on the path starts.
   */
  static async open(): Promise<DevChain> {
    const { TIDEMILL_RPC: endpoint, TIDEMILL_LAUNCHER: launcher } = process.env;
    return endpoint === undefined ? DevChain.start(launcher ?? "tidemill") : new DevChain(endpoint);
  }

  /** A chain that runs already; it goes on when this is closed. */
  static at(endpoint: string): DevChain {
    return new DevChain(endpoint);
  }

  /** Starts a chain on free ports, which ends with `close` or with this program. */
  static async start(command: string, ...before: string[]): Promise<DevChain> {
    const args = [...before, "dev", "--json", "--http-port", "0", "--grpc-port", "0"];
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    process.once("exit", () => child.kill());
    const lines = createInterface({ input: child.stdout! });
    const port = await new Promise<number>((resolve, reject) => {
      child.once("error", (failure) => reject(new Error(`no development chain: ${failure.message}`)));
      child.once("exit", (code) => reject(new Error(`${command} dev ended with ${code} before it was ready`)));
      lines.on("line", (line) => {
        if (line.startsWith('{"kind":"ready"')) resolve((JSON.parse(line) as { http_port: number }).http_port);
      });
    });
    return new DevChain(`http://127.0.0.1:${port}/`, child);
  }

  /** Deploys a packed module from account #0, under `name`; throws when it cannot be deployed. */
  async deploy(name: string, module: string | URL, ...values: Argument[]): Promise<TestContract> {
    return this.deployed(name, { wasm: `0x${toHex(await readFile(module))}` }, values);
  }

  /** Deploys one of the examples that come along, under its name. */
  deployExample(example: string, ...values: Argument[]): Promise<TestContract> {
    return this.deployed(example, { example }, values);
  }

  private async deployed(name: string, module: Record<string, string>, values: Argument[]): Promise<TestContract> {
    const { status, reason } = outcome(
      await this.rpc.call("dev_deploy", { deployment: { name, ...module, arguments: words(values) } }),
    );
    if (status !== "success") throw new Error(`${name} was not deployed: ${reason}`);
    return this.contract(name);
  }

  /** A contract that is there, by its name or address, called by account #0. */
  contract(name: string): TestContract {
    return new TestContract(this.rpc, name);
  }

  /** Remembers where the chain stands. */
  async snapshot(): Promise<number> {
    return (await this.rpc.call("dev_snapshot", [])) as number;
  }

  /** Goes back to a snapshot; it and those after it are used up. */
  async revert(snapshot: number): Promise<void> {
    await this.rpc.call("dev_revert", [snapshot]);
  }

  /** Does `work` and goes back to where the chain stood before, also when it throws. */
  async withSnapshot<T>(work: () => Promise<T>): Promise<T> {
    const snapshot = await this.snapshot();
    try {
      return await work();
    } finally {
      await this.revert(snapshot);
    }
  }

  /** Makes so many waves: of what waits, and empty ones. */
  async mine(waves = 1): Promise<void> {
    await this.rpc.call("dev_mine", [waves]);
  }

  /** Moves the clock of the chain forward. */
  async advance(seconds: number): Promise<void> {
    await this.rpc.call("dev_increaseTime", [seconds]);
  }

  /** Sets the balance of an account, in a wave of its own. */
  async setBalance(account: string, quanta: bigint): Promise<void> {
    await this.rpc.call("dev_setBalance", [account, String(quanta)]);
  }

  /** Lets `account` send without a signature, whoever it is. */
  async impersonate(account: string): Promise<void> {
    await this.rpc.call("dev_impersonate", [account]);
  }

  /** Ends the chain, when this started it. */
  async close(): Promise<void> {
    const child = this.process;
    if (child === undefined || child.exitCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.kill();
    });
  }
}

type Hook = (work: () => Promise<void>) => void;

/** Where a test framework takes what goes around tests. */
export interface Hooks {
  beforeAll: Hook;
  afterAll: Hook;
  beforeEach: Hook;
  afterEach: Hook;
}

/**
 * A chain for the tests of a file: opened before the first, closed after the last; what a test does to it
 * is undone after the test. With vitest: `devChain({ beforeAll, afterAll, beforeEach, afterEach })`; with
 * node:test `before` and `after` are the first two. `prepare` runs once, before all tests.
 */
export function devChain(hooks: Hooks, prepare: (chain: DevChain) => Promise<void> = async () => {}): () => DevChain {
  let chain: DevChain | undefined;
  let before = 0;
  const opened = (): DevChain => {
    if (chain === undefined) throw new Error("the development chain is there in tests and hooks only");
    return chain;
  };
  let beginning = 0;
  hooks.beforeAll(async () => {
    chain = await DevChain.open();
    beginning = await chain.snapshot();
    await prepare(chain);
  });
  hooks.beforeEach(async () => {
    before = await opened().snapshot();
  });
  hooks.afterEach(() => opened().revert(before));
  hooks.afterAll(async () => {
    await chain?.revert(beginning);
    await chain?.close();
  });
  return opened;
}
