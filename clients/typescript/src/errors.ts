/** Typed errors: what the node refused or could not answer. A contract's failure is a receipt. */
import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { BinaryReader } from "@bufbuild/protobuf/wire";

/** Whose fault it is: the caller's, the load's, or the node's. */
export type Fate = "caller" | "pressure" | "node";

const DOMAIN = "tidemill.io";
const RETRYABLE_NODE = new Set(["NODE_DRAINING", "NODE_STARTING", "UNAVAILABLE"]);

export class NodeError extends Error {
  constructor(
    /** The reason of the error catalogue, for instance WAVE_GAP; the gRPC code when there is none. */
    readonly reason: string,
    readonly fate: Fate,
    readonly code: status,
    readonly metadata: Readonly<Record<string, string>>,
    message: string,
  ) {
    super(message);
    this.name = "NodeError";
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return this.fate === "pressure" || (this.fate === "node" && RETRYABLE_NODE.has(this.reason));
  }

  static of(error: ServiceError): NodeError {
    const info = errorInfo(error.metadata);
    const code = error.code ?? status.UNKNOWN;
    if (info === undefined) {
      return new NodeError(status[code] ?? "UNKNOWN", fateOf(code), code, {}, error.message);
    }
    return new NodeError(info.reason, fateOf(code), code, info.metadata, error.message);
  }
}

/** The catalogue gives every reason the gRPC code that belongs to its fate. */
function fateOf(code: status): Fate {
  switch (code) {
    case status.RESOURCE_EXHAUSTED:
    case status.DEADLINE_EXCEEDED:
      return "pressure";
    case status.UNAVAILABLE:
    case status.INTERNAL:
    case status.UNKNOWN:
    case status.DATA_LOSS:
    case status.CANCELLED:
      return "node";
    default:
      return "caller";
  }
}

interface ErrorInfo {
  reason: string;
  metadata: Record<string, string>;
}

/** The google.rpc.ErrorInfo of our domain in the status details. */
function errorInfo(metadata: Metadata | undefined): ErrorInfo | undefined {
  const raw = metadata?.get("grpc-status-details-bin")[0];
  if (!(raw instanceof Buffer)) return undefined;
  const details = fields(raw, 3);
  for (const any of details) {
    const type = fields(any, 1)[0];
    const value = fields(any, 2)[0];
    if (type !== undefined && value !== undefined && text(type).endsWith("/google.rpc.ErrorInfo")) {
      if (text(fields(value, 2)[0]) !== DOMAIN) continue;
      const entries = fields(value, 3).map((entry) => [text(fields(entry, 1)[0]), text(fields(entry, 2)[0])]);
      return { reason: text(fields(value, 1)[0]), metadata: Object.fromEntries(entries) };
    }
  }
  return undefined;
}

/** The length-delimited fields with this number in a protobuf message. */
function fields(message: Uint8Array, number: number): Uint8Array[] {
  const reader = new BinaryReader(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === number && wireType === 2) found.push(reader.bytes());
    else reader.skip(wireType);
  }
  return found;
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
