/** The vectors that the clients of all languages share. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  addressOf, blake3, BorshReader, BorshWriter, callPayload, deployPayload, encodeTransaction, fromHex,
  poseidon2, toHex, transaction, transactionHash, u128FromWire, u128ToWire,
} from "../src/index.js";

type Row = Record<string, any>;
const vectors = (file: string): Record<string, Row[]> =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${file}`, import.meta.url), "utf8"));

test("hashes", () => {
  const all = vectors("hashes.json");
  for (const row of all.poseidon2!) assert.equal(toHex(poseidon2(fromHex(row.input))), row.hash);
  for (const row of all.blake3!) assert.equal(toHex(blake3(fromHex(row.input))), row.hash);
  for (const row of all.blake3_pattern!) {
    const input = Uint8Array.from({ length: row.length }, (_, i) => i % 251);
    assert.equal(toHex(blake3(input)), row.hash, `${row.length} bytes`);
  }
});

test("addresses", () => {
  const all = vectors("addresses.json");
  for (const row of all.contract!) assert.equal(toHex(addressOf.contract(row.name)), row.address);
  for (const row of all.parachain!) assert.equal(toHex(addressOf.parachain(row.name)), row.address);
  for (const row of all.system!) assert.equal(toHex(addressOf.system(row.name)), row.address);
  for (const row of all.child!) {
    const child = addressOf.child(fromHex(row.parent), fromHex(row.template), fromHex(row.salt));
    assert.equal(toHex(child), row.address);
  }
});

test("transactions", () => {
  for (const row of vectors("transactions.json").transactions!) {
    const tx = transaction({
      from: fromHex(row.from), to: fromHex(row.to), value: BigInt(row.value), data: fromHex(row.data),
      gasLimit: BigInt(row.gas_limit), nonce: BigInt(row.nonce), chainId: BigInt(row.chain_id), type: row.type,
      accessList: row.access_list.map((entry: Row) => ({
        address: fromHex(entry.address), slots: entry.slots.map(fromHex), write: entry.write,
      })),
    });
    assert.equal(toHex(encodeTransaction(tx)), row.encoded);
    assert.equal(toHex(transactionHash(tx)), row.hash);
  }
});

test("payloads", () => {
  const all = vectors("payloads.json");
  for (const row of all.call!) assert.equal(toHex(callPayload(row.function, fromHex(row.calldata))), row.encoded);
  for (const row of all.deploy!) {
    const payload = deployPayload(row.name, fromHex(row.wasm), fromHex(row.init_calldata), row.parachain);
    assert.equal(toHex(payload), row.encoded);
  }
});

test("borsh reads back what it wrote and refuses the rest", () => {
  const bytes = new BorshWriter().u8(200).u64(2n ** 64n - 1n).string("wäve").option(undefined, () => {}).toBytes();
  const reader = new BorshReader(bytes);
  assert.equal(reader.u8(), 200);
  assert.equal(reader.u64(), 2n ** 64n - 1n);
  assert.equal(reader.string(), "wäve");
  assert.equal(reader.option((r) => r.u8()), undefined);
  reader.end();
  assert.throws(() => new BorshReader(new Uint8Array(3)).u32(), /byte 0/);
  assert.throws(() => new BorshWriter().u8(256), /u8/);
  assert.equal(u128FromWire(u128ToWire(123_456_789_012_345_678_901n)), 123_456_789_012_345_678_901n);
});
