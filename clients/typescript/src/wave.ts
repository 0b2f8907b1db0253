/** Waves: what is sent, what comes back, and the stream in between. */
import { status, type ClientDuplexStream, type ServiceError } from "@grpc/grpc-js";
import { NodeError } from "./errors.js";
import {
  ExecuteWaveRequest, ExecuteWaveResponse, GetInfoResponse, TransactionChunk, WaveHeader, WaveResult,
  WaveTransaction,
} from "./generated/tidemill/v1/execution_service.js";
import type { Receipt, StateChange, WaveContext } from "./generated/tidemill/v1/types.js";
import { again, pause, type Settings } from "./options.js";

export interface Wave {
  header: Partial<WaveHeader> & Pick<WaveHeader, "wave" | "parentRoot"> & { context: WaveContext };
  transactions: WaveTransaction[];
  /** Make it durable at once instead of leaving it pending. */
  commit?: boolean;
}

/** What a wave did. It is pending until it is committed, unless the request asked for that. */
export interface WaveOutcome {
  result: WaveResult;
  receipts: Receipt[];
  /** Ascending by key; empty unless asked for. */
  stateDiff: StateChange[];
  /** The Blake3 state root after the wave. */
  root: Uint8Array;
  /** Whether the node knew the wave and sent its stored answer. */
  stored: boolean;
}

/** Watches a wave; what it sees is provisional until `execute` returns. */
export interface WaveListener {
  /** The node has every transaction below this index. */
  onTransactionsReceived?(nextIndex: number): void;
  onReceipt?(receipt: Receipt): void;
  /** The stream broke and the wave is sent once more; everything seen so far is void. */
  onResend?(cause: NodeError): void;
}

type Duplex = ClientDuplexStream<ExecuteWaveRequest, ExecuteWaveResponse>;
interface Open {
  duplex: Duplex;
  frames: AsyncIterator<ExecuteWaveResponse>;
}

/**
 * Executes waves, one after the other, on one stream; opens a new stream when it breaks.
 *
 * A wave is identified by its number and content. When the stream breaks nobody knows how far the
 * node got, and nobody needs to: the handshake says whether the wave can still be sent, and a node
 * that has executed it sends the stored answer, byte for byte.
 */
export class WaveStream {
  private open: Open | undefined;

  constructor(
    private readonly connect: () => Duplex,
    private readonly info: () => Promise<GetInfoResponse>,
    private readonly settings: Settings,
  ) {}

  /** Sends `wave` and waits for its result; sends it again when the stream breaks. */
  async execute(wave: Wave, listener: WaveListener = {}): Promise<WaveOutcome> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(wave, listener);
      } catch (error) {
        this.drop();
        if (!again(this.settings, attempt, error)) throw error;
        listener.onResend?.(error);
        await pause(this.settings, attempt);
        await this.checkStillWanted(wave);
      }
    }
  }

  /** Ends the stream; a wave that was executed stays pending. */
  close(): void {
    this.open?.duplex.end();
    this.drop();
  }

  /** After a broken stream the handshake says whether sending the wave again makes sense. */
  private async checkStillWanted(wave: Wave): Promise<void> {
    const { expectedWave } = await this.info();
    if (wave.header.wave > expectedWave) {
      const metadata = { wave: String(wave.header.wave), expected_wave: String(expectedWave) };
      const message = `the node lost waves: it expects wave ${expectedWave}, not ${wave.header.wave}`;
      throw new NodeError("WAVE_GAP", status.OUT_OF_RANGE, metadata, message);
    }
  }

  private drop(): void {
    this.open?.duplex.cancel();
    this.open = undefined;
  }

  private async attempt(wave: Wave, listener: WaveListener): Promise<WaveOutcome> {
    if (this.open === undefined) {
      const duplex = this.connect();
      this.open = { duplex, frames: duplex[Symbol.asyncIterator]() as AsyncIterator<ExecuteWaveResponse> };
    }
    const { duplex, frames } = this.open;
    // Reading goes on while writing waits, so that neither side waits for the other.
    const writing = this.write(duplex, wave, 0, true);
    try {
      return await this.answer(frames, wave, listener, async (from) => {
        await writing;
        await this.write(duplex, wave, from, false);
      });
    } catch (error) {
      duplex.cancel();
      throw error instanceof NodeError ? error : NodeError.of(error as ServiceError);
    } finally {
      await writing;
    }
  }

  /** Writes the wave from transaction `from` on; waits while the node does not read. */
  private async write(duplex: Duplex, wave: Wave, from: number, withHeader: boolean): Promise<void> {
    if (withHeader) {
      const header = WaveHeader.fromPartial({ ...wave.header, transactionCount: wave.transactions.length });
      await send(duplex, { header });
    }
    for (const transactions of chunks(wave.transactions, from, this.settings.chunkBytes)) {
      await send(duplex, { transactions });
    }
    await send(duplex, { end: { transactionCount: wave.transactions.length, commit: wave.commit ?? false } });
  }

  private async answer(
    frames: AsyncIterator<ExecuteWaveResponse>, wave: Wave, listener: WaveListener,
    resend: (from: number) => Promise<void>,
  ): Promise<WaveOutcome> {
    const receipts: Receipt[] = [];
    const stateDiff: StateChange[] = [];
    let stored = false;
    for (;;) {
      const { value: frame, done } = await frames.next();
      if (done) throw new NodeError("UNAVAILABLE", status.UNAVAILABLE, {}, "the node ended the stream before the result");
      if (frame.accepted) stored = frame.accepted.stored;
      if (frame.ack) listener.onTransactionsReceived?.(frame.ack.nextIndex);
      if (frame.resend) await resend(frame.resend.fromIndex);
      if (frame.receipts && frame.receipts.firstIndex !== receipts.length) {
        throw new NodeError("INTERNAL", status.INTERNAL, {}, `receipts out of order: ${frame.receipts.firstIndex} after ${receipts.length}`);
      }
      for (const receipt of frame.receipts?.receipts ?? []) {
        receipts.push(receipt);
        listener.onReceipt?.(receipt);
      }
      for (const change of frame.stateDiff?.changes ?? []) stateDiff.push(change);
      if (frame.abort) {
        const text = `wave ${frame.abort.wave} is abandoned: ${frame.abort.message}`;
        throw new NodeError(frame.abort.reason, status.ABORTED, { wave: String(frame.abort.wave) }, text);
      }
      if (frame.result) {
        const root = frame.result.summary?.root?.blake3 ?? new Uint8Array();
        return { result: frame.result, receipts, stateDiff, stored, root };
      }
    }
  }
}

/** Groups transactions into messages of about `bytes`. */
function* chunks(transactions: WaveTransaction[], from: number, bytes: number): Generator<TransactionChunk> {
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

/** Writes a frame; resolves when there is room for the next one, or nobody reads any more. */
function send(duplex: Duplex, frame: ExecuteWaveRequest): Promise<void> {
  return new Promise((resolve) => {
    if (duplex.destroyed || duplex.writableEnded || duplex.write(frame)) return resolve();
    const done = (): void => {
      for (const event of ["drain", "close", "error"]) duplex.off(event, done);
      resolve();
    };
    for (const event of ["drain", "close", "error"]) duplex.on(event, done);
  });
}
