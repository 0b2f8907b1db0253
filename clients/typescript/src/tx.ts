/** Addresses, the transaction envelope, its hash, and the payloads of calls and deployments. */
import { BorshWriter } from "./borsh.js";
import { concat, poseidon2 } from "./hash.js";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** 32 bytes that name an account; every family is Poseidon2 of its own preimage. */
export type Address = Uint8Array;

export const ZERO_ADDRESS: Address = new Uint8Array(32);

export const addressOf = {
  /** The account of a FALCON-512 public key of 897 bytes. */
  publicKey: (key: Uint8Array): Address => poseidon2(key),
  contract: (name: string): Address => poseidon2(ascii("pyde-contract:" + name)),
  parachain: (name: string): Address => poseidon2(ascii("pyde-parachain:" + name)),
  system: (name: string): Address => poseidon2(ascii(name)),
  child: (parent: Address, template: Uint8Array, salt: Uint8Array): Address =>
    poseidon2(ascii("pyde-child:"), parent, template, salt),
};

export type FeePayer = { kind: "sender" } | { kind: "gasTank" } | { kind: "paymaster"; address: Address };

/** A hint: slots of one account that the transaction will touch. It never changes a result. */
export interface AccessEntry {
  address: Address;
  slots: Uint8Array[];
  write: boolean;
}

export const STANDARD = 0;
export const DEPLOY = 1;
export const INTRINSIC_GAS = 21_000n;

export interface Transaction {
  from: Address;
  to: Address;
  value: bigint;
  data: Uint8Array;
  gasLimit: bigint;
  nonce: bigint;
  signature: Uint8Array;
  feePayer: FeePayer;
  accessList: AccessEntry[];
  deadline?: bigint;
  chainId: bigint;
  type: number;
}

/** The data of a contract call: the name of the function and its Borsh arguments. */
export const callPayload = (name: string, calldata: Uint8Array): Uint8Array =>
  new BorshWriter().string(name).bytes(calldata).toBytes();

/** The data of a deployment. */
export const deployPayload = (
  name: string, wasm: Uint8Array, initCalldata: Uint8Array, parachain = false,
): Uint8Array =>
  new BorshWriter().string(name).bytes(wasm).u8(parachain ? 1 : 0).bytes(initCalldata).toBytes();

/** A standard transaction; what is not given is at its default. */
export function transaction(
  fields: Pick<Transaction, "from" | "to" | "nonce" | "chainId"> & Partial<Transaction>,
): Transaction {
  return {
    value: 0n,
    data: new Uint8Array(),
    gasLimit: INTRINSIC_GAS,
    signature: new Uint8Array(),
    feePayer: { kind: "sender" },
    accessList: [],
    type: STANDARD,
    ...fields,
  };
}

function writeFeePayer(out: BorshWriter, payer: FeePayer): void {
  if (payer.kind === "paymaster") out.u8(2).fixed(payer.address);
  else out.u8(payer.kind === "sender" ? 0 : 1);
}

function writeAccessList(out: BorshWriter, list: AccessEntry[]): void {
  out.list(list, (writer, entry) => {
    writer.fixed(entry.address);
    writer.list(entry.slots, (slots, slot) => slots.fixed(slot));
    writer.bool(entry.write);
  });
}

/** The Borsh bytes of a transaction. */
export function encodeTransaction(tx: Transaction): Uint8Array {
  const out = new BorshWriter().fixed(tx.from).fixed(tx.to).u128(tx.value).bytes(tx.data);
  out.u64(tx.gasLimit).u64(tx.nonce).bytes(tx.signature);
  writeFeePayer(out, tx.feePayer);
  writeAccessList(out, tx.accessList);
  return out.option(tx.deadline, (w, wave) => w.u64(wave)).u64(tx.chainId).u8(tx.type).toBytes();
}

/** What the sender signs and receipts are found by; the signature is not part of it. */
export function transactionHash(tx: Transaction): Uint8Array {
  const list = new BorshWriter();
  writeAccessList(list, tx.accessList);
  const out = new BorshWriter().u64(tx.chainId).fixed(tx.from).fixed(tx.to).u128(tx.value);
  out.fixed(poseidon2(tx.data)).u64(tx.gasLimit).u64(tx.nonce);
  writeFeePayer(out, tx.feePayer);
  out.fixed(poseidon2(list.toBytes())).option(tx.deadline, (w, wave) => w.u64(wave)).u8(tx.type);
  return poseidon2(out.toBytes());
}

/** An amount on the wire: 16 bytes, little-endian. */
export const u128ToWire = (value: bigint): Uint8Array => new BorshWriter().u128(value).toBytes();

/** An amount from the wire; an empty field is zero. */
export const u128FromWire = (bytes: Uint8Array): bigint =>
  concat(bytes).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
