/** How a connection is encrypted, and what proves to the node who asks. */
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { ChannelCredentials, credentials } from "@grpc/grpc-js";

/** Files are PEM. */
export interface TlsOptions {
  /** Certificates that the node's may be signed by; without it, those that Node.js trusts. */
  ca?: string;
  /** The client's own chain, when the node asks for one; together with `key`. */
  certificate?: string;
  /** Its private key. */
  key?: string;
  /** The name that the node's certificate must have, when it is not the host connected to. */
  serverName?: string;
}

/** What the files of `tls` hold. */
export function tlsFiles(tls: TlsOptions): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  if ((tls.certificate === undefined) !== (tls.key === undefined)) {
    throw new Error("the client's certificate and its key go together");
  }
  return {
    ...(tls.ca === undefined ? {} : { ca: readFileSync(tls.ca) }),
    ...(tls.certificate === undefined || tls.key === undefined
      ? {} : { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) }),
  };
}

/** Credentials for gRPC; clear text without `tls`. */
export function channelCredentials(tls: TlsOptions | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const { ca, cert, key } = tlsFiles(tls);
  return credentials.createSsl(ca ?? null, key ?? null, cert ?? null);
}

const base64 = (text: string): string => Buffer.from(text).toString("base64url");

/**
 * The secret that a node and its client share (`auth.jwt-secret`): makes the bearer token of a request,
 * a JWT (RFC 7519) with HS256 and the time of its making, which the node wants to be near its own.
 */
export class JwtSecret {
  private readonly secret: Buffer;

  /** The secret in `file`: 32 bytes as hex. */
  constructor(file: string) {
    const digits = readFileSync(file, "utf8").trim().replace(/^0x/, "");
    if (!/^[0-9a-fA-F]{64}$/.test(digits)) throw new Error(`${file} must hold a secret of 32 bytes as hex`);
    this.secret = Buffer.from(digits, "hex");
  }

  /** A token of this moment, or of the given second since the epoch. */
  token(issuedAt = Math.floor(Date.now() / 1000)): string {
    const text = `${base64('{"alg":"HS256","typ":"JWT"}')}.${base64(`{"iat":${issuedAt}}`)}`;
    return `${text}.${createHmac("sha256", this.secret).update(text).digest("base64url")}`;
  }
}
