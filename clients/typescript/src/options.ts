/** How to reach a node, and how patiently. */
import { NodeError } from "./errors.js";
import type { TlsOptions } from "./security.js";

export interface ClientOptions {
  /** How often a request that may be repeated is sent in all. */
  attempts?: number;
  /** Milliseconds before the second attempt; doubles up to two seconds. */
  firstPauseMillis?: number;
  /** Milliseconds of one read; a wave has no deadline. */
  deadlineMillis?: number;
  /** Transactions of a wave travel in messages of about this size. */
  chunkBytes?: number;
  /** Encrypt the connection; without it, it is in clear text. */
  tls?: TlsOptions;
  /** The file with the secret that the node has in `auth.jwt-secret`; each request gets a token of its own. */
  jwtSecret?: string;
  /** A bearer token that stays as it is, instead of the secret. */
  token?: string;
}

export type Settings = Required<Omit<ClientOptions, "tls" | "jwtSecret" | "token">>;

export const DEFAULTS: Settings = {
  attempts: 8, firstPauseMillis: 100, deadlineMillis: 30_000, chunkBytes: 256 * 1024,
};

const LONGEST_PAUSE_MILLIS = 2_000;

/** Waits before attempt `attempt + 1`; half of the pause is random, so that clients spread. */
export function pause(settings: Settings, attempt: number): Promise<void> {
  const full = Math.min(LONGEST_PAUSE_MILLIS, settings.firstPauseMillis * 2 ** (attempt - 1));
  return new Promise((resolve) => setTimeout(resolve, full * (0.5 + Math.random() / 2)));
}

/** Whether a request that failed with `error` is to be sent once more. */
export const again = (settings: Settings, attempt: number, error: unknown): error is NodeError =>
  error instanceof NodeError && error.retryable && attempt < settings.attempts;
