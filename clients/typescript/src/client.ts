/** The door: one connection to a node. */
import { Metadata, type ServiceError } from "@grpc/grpc-js";
import { NodeError } from "./errors.js";
import {
  ExecutionServiceClient, GetInfoResponse, GetReceiptResponse, GetWaveResponse, RollbackWaveResponse,
  SimulateRequest, SimulateResponse,
} from "./generated/tidemill/v1/execution_service.js";
import {
  GetAccountRequest, GetAccountResponse, GetCodeRequest, GetCodeResponse, GetProofRequest, GetProofResponse,
  GetStorageRequest, GetStorageResponse, QueryEventsRequest, QueryEventsResponse, StateServiceClient,
} from "./generated/tidemill/v1/state_service.js";
import type { WaveRef } from "./generated/tidemill/v1/types.js";
import { again, DEFAULTS, pause, type ClientOptions, type Settings } from "./options.js";
import { channelCredentials, JwtSecret } from "./security.js";
import { WaveStream, type WaveOutcome } from "./wave.js";

const MAX_MESSAGE_BYTES = 16 << 20;

type Unary<Q, A> = (
  request: Q, metadata: Metadata, options: { deadline: number },
  callback: (error: ServiceError | null, answer: A) => void,
) => unknown;

export class TidemillClient {
  private readonly execution: ExecutionServiceClient;
  private readonly state: StateServiceClient;
  private readonly settings: Settings;
  private readonly token: () => string | undefined;

  /** A client of the node at `target`, "host:port" or "unix:/path"; connects at the first request. */
  constructor(target: string, options: ClientOptions = {}) {
    const { tls, jwtSecret, token, ...settings } = options;
    this.settings = { ...DEFAULTS, ...settings };
    const secret = jwtSecret === undefined ? undefined : new JwtSecret(jwtSecret);
    this.token = () => secret?.token() ?? token;
    const channel = {
      "grpc.max_receive_message_length": MAX_MESSAGE_BYTES, "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": 2_000,
      ...(tls?.serverName === undefined
        ? {} : { "grpc.ssl_target_name_override": tls.serverName, "grpc.default_authority": tls.serverName }),
    };
    this.execution = new ExecutionServiceClient(target, channelCredentials(tls), channel);
    this.state = new StateServiceClient(target, channelCredentials(tls), channel);
  }

  /** The handshake: what the node is, where it stands, what it accepts. */
  info(): Promise<GetInfoResponse> {
    return this.read(this.execution.getInfo.bind(this.execution) as Unary<object, GetInfoResponse>, {});
  }

  /** The receipt of a committed transaction, by the hash that was signed. */
  receipt(transactionHash: Uint8Array): Promise<GetReceiptResponse> {
    const request = { transactionHash: Buffer.from(transactionHash) };
    return this.read(this.execution.getReceipt.bind(this.execution) as Unary<object, GetReceiptResponse>, request);
  }

  /** A retained wave with up to `pageSize` of its receipts. */
  wave(number: bigint, pageSize = 0): Promise<GetWaveResponse> {
    const request = { wave: number, pageSize, pageToken: "" };
    return this.read(this.execution.getWave.bind(this.execution) as Unary<object, GetWaveResponse>, request);
  }

  /** Executes on a retained state and forgets. */
  simulate(request: Partial<SimulateRequest>): Promise<SimulateResponse> {
    const full = SimulateRequest.fromPartial(request);
    return this.read(this.execution.simulate.bind(this.execution) as Unary<SimulateRequest, SimulateResponse>, full);
  }

  /** An account, with a proof if asked for. */
  account(request: Partial<GetAccountRequest>): Promise<GetAccountResponse> {
    const full = GetAccountRequest.fromPartial(request);
    return this.read(this.state.getAccount.bind(this.state) as Unary<GetAccountRequest, GetAccountResponse>, full);
  }

  /** Slots of a contract. */
  storage(request: Partial<GetStorageRequest>): Promise<GetStorageResponse> {
    const full = GetStorageRequest.fromPartial(request);
    return this.read(this.state.getStorage.bind(this.state) as Unary<GetStorageRequest, GetStorageResponse>, full);
  }

  /** A module. */
  code(request: Partial<GetCodeRequest>): Promise<GetCodeResponse> {
    const full = GetCodeRequest.fromPartial(request);
    return this.read(this.state.getCode.bind(this.state) as Unary<GetCodeRequest, GetCodeResponse>, full);
  }

  /** Proofs of keys, of a receipt or of an event. */
  proof(request: Partial<GetProofRequest>): Promise<GetProofResponse> {
    const full = GetProofRequest.fromPartial(request);
    return this.read(this.state.getProof.bind(this.state) as Unary<GetProofRequest, GetProofResponse>, full);
  }

  /** A page of events. */
  events(request: Partial<QueryEventsRequest>): Promise<QueryEventsResponse> {
    const full = QueryEventsRequest.fromPartial(request);
    return this.read(this.state.queryEvents.bind(this.state) as Unary<QueryEventsRequest, QueryEventsResponse>, full);
  }

  /** Opens a stream for waves; one at a time per node is useful. */
  openWaveStream(): WaveStream {
    return new WaveStream(() => this.execution.executeWave(this.headers()), () => this.info(), this.settings);
  }

  /** Makes the pending wave durable; safe to repeat. Returns the newest durable wave. */
  async commit(outcome: WaveOutcome): Promise<WaveRef | undefined> {
    const request = { wave: outcome.result.summary?.wave ?? 0n, root: Buffer.from(outcome.root) };
    const commit = this.execution.commitWave.bind(this.execution) as Unary<object, { head?: WaveRef }>;
    return (await this.read(commit, request)).head;
  }

  /** Discards the pending wave or undoes committed ones, until `toWave` is the head. */
  rollback(toWave: bigint): Promise<RollbackWaveResponse> {
    return this.read(this.execution.rollbackWave.bind(this.execution) as Unary<object, RollbackWaveResponse>, { toWave });
  }

  /** What each request carries: a token of its own, since those of a secret are good for a minute. */
  private headers(): Metadata {
    const headers = new Metadata();
    const token = this.token();
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    return headers;
  }

  close(): void {
    this.execution.close();
    this.state.close();
  }

  /** Sends a request until it succeeds, fails for good, or the attempts are used up. */
  private async read<Q, A>(method: Unary<Q, A>, request: Q): Promise<A> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await new Promise<A>((resolve, reject) =>
          method(request, this.headers(), { deadline: Date.now() + this.settings.deadlineMillis }, (error, answer) =>
            error === null ? resolve(answer) : reject(NodeError.of(error)),
          ),
        );
      } catch (error) {
        if (!again(this.settings, attempt, error)) throw error;
        await pause(this.settings, attempt);
      }
    }
  }
}
