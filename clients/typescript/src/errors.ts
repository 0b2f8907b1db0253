/** Typed errors: what the node refused or could not answer. A contract's failure is a receipt. */
import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { CATALOG } from "./catalog.js";

/** Whose fault it is: the caller's, the load's, or the node's. */
export type Fate = "caller" | "pressure" | "node";

/** A reason of the error catalogue that this client was built with. */
export type Reason = keyof typeof CATALOG;

const DOMAIN = "tidemill.io";

export class NodeError extends Error {
  /** Whose fault it is, which decides what to do about it. */
  readonly fate: Fate;

  constructor(
    /** A reason of the error catalogue; the name of the gRPC code when there is none. */
    readonly reason: Reason | (string & {}),
    readonly code: status,
    /** The values in the text of the catalogue, by name. */
    readonly metadata: Readonly<Record<string, string>>,
    message: string,
  ) {
    super(message);
    this.name = "NodeError";
    this.fate = entry(reason)?.fate ?? fateOf(code);
  }

  /** What to do about it, from the catalogue; empty when the reason is unknown. */
  get remedy(): string {
    const text: string = entry(this.reason)?.remedy ?? "";
    return text.replace(/\{(\w+)\}/g, (place, name: string) => this.metadata[name] ?? place);
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    const busy = this.code === status.UNAVAILABLE && this.reason !== "NODE_FAULTED";
    return this.fate === "pressure" || (this.fate === "node" && busy);
  }

  static of(error: ServiceError): NodeError {
    const code = error.code ?? status.UNKNOWN;
    const info = errorInfo(error.metadata) ?? { reason: status[code] ?? "UNKNOWN", metadata: {} };
    return new NodeError(info.reason, code, info.metadata, error.message);
  }
}

const entry = (reason: string): { fate: Fate; remedy: string } | undefined =>
  (CATALOG as Record<string, { fate: Fate; remedy: string }>)[reason];

/** Whose fault it probably is when the catalogue does not say. */
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
    case status.ABORTED:
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
