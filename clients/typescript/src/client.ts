/** The door: one connection to a node. */
import { credentials, Metadata, type ClientDuplexStream, type ServiceError } from "@grpc/grpc-js";
import { NodeError } from "./errors.js";
import {
  ExecuteWaveRequest, ExecuteWaveResponse, ExecutionServiceClient, GetInfoResponse,
  GetReceiptResponse, GetWaveResponse, SimulateRequest, SimulateResponse, TransactionChunk,
  WaveHeader, WaveResult, WaveTransaction,
} from "./generated/tidemill/v1/execution_service.js";
import {
  GetAccountRequest, GetAccountResponse, GetProofRequest, GetProofResponse, GetStorageRequest,
  GetStorageResponse, QueryEventsRequest, QueryEventsResponse, StateServiceClient,
} from "./generated/tidemill/v1/state_service.js";
import type { Receipt, StateChange, WaveContext, WaveRef } from "./generated/tidemill/v1/types.js";

export interface ClientOptions {
  /** How often a request that may be repeated is sent in all. */
  attempts?: number;
  /** Milliseconds before the second attempt; doubles. */
  firstPauseMillis?: number;
  /** Milliseconds of one read. */
  deadlineMillis?: number;
  /** Transactions of a wave travel in messages of about this size. */
  chunkBytes?: number;
  /** A bearer token. */
  token?: string;
}

export interface Wave {
  header: Partial<WaveHeader> & Pick<WaveHeader, "wave" | "parentRoot"> & { context: WaveContext };
  transactions: WaveTransaction[];
  /** Make it durable at once instead of leaving it pending. */
  commit?: boolean;
}

export interface WaveOutcome {
  result: WaveResult;
  receipts: Receipt[];
  stateDiff: StateChange[];
  /** The Blake3 state root after the wave. */
  root: Uint8Array;
  /** Whether the node knew the wave and sent its stored answer. */
  stored: boolean;
}

/** Watches a wave; what it sees is provisional until `execute` returns. */
export interface WaveListener {
  onReceipt?(receipt: Receipt): void;
  onResend?(cause: NodeError): void;
}

type Unary<Q, A> = (
  request: Q, metadata: Metadata, options: { deadline: number },
  callback: (error: ServiceError | null, answer: A) => void,
) => unknown;

export class TidemillClient {
  private readonly execution: ExecutionServiceClient;
  private readonly state: StateServiceClient;
  private readonly options: Required<Omit<ClientOptions, "token">>;
  private readonly headers = new Metadata();

  /** A client of the node at `target`, "host:port"; connects at the first request. */
  constructor(target: string, options: ClientOptions = {}) {
    this.options = {
      attempts: 5, firstPauseMillis: 100, deadlineMillis: 30_000, chunkBytes: 256 * 1024, ...options,
    };
    if (options.token !== undefined) this.headers.set("authorization", `Bearer ${options.token}`);
    const channel = { "grpc.max_receive_message_length": 16 << 20 };
    this.execution = new ExecutionServiceClient(target, credentials.createInsecure(), channel);
    this.state = new StateServiceClient(target, credentials.createInsecure(), channel);
  }

  /** The handshake: what the node is, where it stands, what it accepts. */
  info(): Promise<GetInfoResponse> {
    return this.read(this.execution.getInfo.bind(this.execution) as Unary<object, GetInfoResponse>, {});
  }

  receipt(transactionHash: Uint8Array): Promise<GetReceiptResponse> {
    const request = { key: { $case: undefined }, transactionHash: Buffer.from(transactionHash) };
    return this.read(this.execution.getReceipt.bind(this.execution) as Unary<object, GetReceiptResponse>, request);
  }

  wave(number: bigint, pageSize = 0): Promise<GetWaveResponse> {
    const request = { wave: number, pageSize, pageToken: "" };
    return this.read(this.execution.getWave.bind(this.execution) as Unary<object, GetWaveResponse>, request);
  }

  simulate(request: SimulateRequest): Promise<SimulateResponse> {
    return this.read(this.execution.simulate.bind(this.execution) as Unary<SimulateRequest, SimulateResponse>, request);
  }

  account(request: GetAccountRequest): Promise<GetAccountResponse> {
    return this.read(this.state.getAccount.bind(this.state) as Unary<GetAccountRequest, GetAccountResponse>, request);
  }

  storage(request: GetStorageRequest): Promise<GetStorageResponse> {
    return this.read(this.state.getStorage.bind(this.state) as Unary<GetStorageRequest, GetStorageResponse>, request);
  }

  proof(request: GetProofRequest): Promise<GetProofResponse> {
    return this.read(this.state.getProof.bind(this.state) as Unary<GetProofRequest, GetProofResponse>, request);
  }

  events(request: QueryEventsRequest): Promise<QueryEventsResponse> {
    return this.read(this.state.queryEvents.bind(this.state) as Unary<QueryEventsRequest, QueryEventsResponse>, request);
  }

  /** Makes the pending wave durable; safe to repeat. */
  async commit(wave: bigint, root: Uint8Array): Promise<WaveRef | undefined> {
    const request = { wave, root: Buffer.from(root) };
    const commit = this.execution.commitWave.bind(this.execution) as Unary<object, { head?: WaveRef }>;
    return (await this.read(commit, request)).head;
  }

  /** Sends `wave` and waits for its result; sends it again when the stream breaks. */
  async execute(wave: Wave, listener: WaveListener = {}): Promise<WaveOutcome> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(wave, listener);
      } catch (error) {
        if (!(error instanceof NodeError) || !error.retryable || attempt >= this.options.attempts) throw error;
        listener.onResend?.(error);
        await this.pause(attempt);
        const info = await this.info();
        if (wave.header.wave > info.expectedWave) throw error;
      }
    }
  }

  close(): void {
    this.execution.close();
    this.state.close();
  }

  private async attempt(wave: Wave, listener: WaveListener): Promise<WaveOutcome> {
    const stream = this.execution.executeWave(this.headers);
    const writing = this.write(stream, wave).catch((error: unknown) => error);
    try {
      return await this.answer(stream, wave, listener);
    } finally {
      stream.end();
      stream.cancel();
      await writing;
    }
  }

  /** Writes header, chunks and end; waits while the node does not read. */
  private async write(stream: ClientDuplexStream<ExecuteWaveRequest, ExecuteWaveResponse>, wave: Wave, from = 0): Promise<void> {
    if (from === 0) {
      const header = WaveHeader.fromPartial({ ...wave.header, transactionCount: wave.transactions.length });
      await send(stream, { header });
    }
    for (const chunk of chunks(wave.transactions, from, this.options.chunkBytes)) {
      await send(stream, { transactions: chunk });
    }
    await send(stream, { end: { transactionCount: wave.transactions.length, commit: wave.commit ?? false } });
  }

  private async answer(
    stream: ClientDuplexStream<ExecuteWaveRequest, ExecuteWaveResponse>, wave: Wave, listener: WaveListener,
  ): Promise<WaveOutcome> {
    const receipts: Receipt[] = [];
    const stateDiff: StateChange[] = [];
    let stored = false;
    try {
      for await (const frame of stream as AsyncIterable<ExecuteWaveResponse>) {
        if (frame.accepted) stored = frame.accepted.stored;
        if (frame.resend) await this.write(stream, wave, frame.resend.fromIndex);
        for (const receipt of frame.receipts?.receipts ?? []) {
          receipts.push(receipt);
          listener.onReceipt?.(receipt);
        }
        stateDiff.push(...(frame.stateDiff?.changes ?? []));
        if (frame.abort) {
          throw new NodeError(frame.abort.reason, "node", 10, {}, `wave ${frame.abort.wave} is abandoned: ${frame.abort.message}`);
        }
        if (frame.result) {
          const root = frame.result.summary?.root?.blake3 ?? new Uint8Array();
          return { result: frame.result, receipts, stateDiff, stored, root };
        }
      }
    } catch (error) {
      throw error instanceof NodeError ? error : NodeError.of(error as ServiceError);
    }
    throw new NodeError("UNAVAILABLE", "node", 14, {}, "the node ended the stream before the result");
  }

  private async read<Q, A>(method: Unary<Q, A>, request: Q): Promise<A> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await new Promise<A>((resolve, reject) =>
          method(request, this.headers, { deadline: Date.now() + this.options.deadlineMillis }, (error, answer) =>
            error === null ? resolve(answer) : reject(NodeError.of(error)),
          ),
        );
      } catch (error) {
        if (!(error instanceof NodeError) || !error.retryable || attempt >= this.options.attempts) throw error;
        await this.pause(attempt);
      }
    }
  }

  private pause(attempt: number): Promise<void> {
    const full = Math.min(2_000, this.options.firstPauseMillis * 2 ** (attempt - 1));
    return new Promise((resolve) => setTimeout(resolve, full * (0.5 + Math.random() / 2)));
  }
}

/** Groups transactions into messages of about `bytes`. */
export function* chunks(transactions: WaveTransaction[], from: number, bytes: number): Generator<TransactionChunk> {
  let chunk: TransactionChunk = { firstIndex: from, transactions: [] };
  let size = 0;
  for (let i = from; i < transactions.length; i++) {
    const next = transactions[i]!;
    if (size > 0 && size + next.transaction.length > bytes) {
      yield chunk;
      chunk = { firstIndex: i, transactions: [] };
      size = 0;
    }
    chunk.transactions.push(next);
    size += next.transaction.length + 8;
  }
  if (chunk.transactions.length > 0) yield chunk;
}

function send(stream: ClientDuplexStream<ExecuteWaveRequest, ExecuteWaveResponse>, frame: ExecuteWaveRequest): Promise<void> {
  return new Promise((resolve) => {
    if (stream.write(frame)) resolve();
    else {
      const done = (): void => resolve();
      stream.once("drain", done);
      stream.once("close", done);
    }
  });
}
