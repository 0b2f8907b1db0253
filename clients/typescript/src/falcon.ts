/** FALCON-512 keys of accounts. The mathematics is that of `@noble/post-quantum`. */
import { falcon512 } from "@noble/post-quantum/falcon.js";
import { shake256 } from "@noble/hashes/sha3.js";
import { blake3, concat } from "./hash.js";
import { addressOf, transactionHash, type Address, type Transaction } from "./tx.js";

/** The chain signs under a context: 0x00, its length, "pyde-falcon-v1". */
const CONTEXT = concat(Uint8Array.of(0, 14), new TextEncoder().encode("pyde-falcon-v1"));

export class FalconKey {
  /** The account that the key opens. */
  readonly address: Address;

  private constructor(readonly publicKey: Uint8Array, private readonly secretKey: Uint8Array) {
    this.address = addressOf.publicKey(publicKey);
  }

  static random(): FalconKey {
    const pair = falcon512.keygen();
    return new FalconKey(pair.publicKey, pair.secretKey);
  }

  /** The key of a seed of 32 bytes: the key generator of FALCON fed with SHAKE256(seed). */
  static fromSeed(seed: Uint8Array): FalconKey {
    if (seed.length !== 32) throw new RangeError(`a seed has 32 bytes, got ${seed.length}`);
    const pair = falcon512.keygen(shake256(seed, { dkLen: 48 }));
    return new FalconKey(pair.publicKey, pair.secretKey);
  }

  /** The key of a developer account. Everybody has it: for chains of developers only. */
  static devnet(index: bigint): FalconKey {
    const number = new Uint8Array(8);
    new DataView(number.buffer).setBigUint64(0, index, true);
    return FalconKey.fromSeed(blake3(new TextEncoder().encode("pyde-devnet-v1/"), number));
  }

  /** A signature of `message` in the compressed form, about 650 bytes; two of them differ. */
  sign(message: Uint8Array): Uint8Array {
    return falcon512.sign(concat(CONTEXT, message), this.secretKey);
  }

  /** `tx` with its signature by this key. */
  signTransaction(tx: Transaction): Transaction {
    return { ...tx, signature: this.sign(transactionHash(tx)) };
  }

  /** Whether `signature` in the compressed form is one of `message` by the owner of `publicKey`. */
  static verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    try {
      return falcon512.verify(signature, concat(CONTEXT, message), publicKey);
    } catch {
      return false;
    }
  }
}
