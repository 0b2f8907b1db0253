/** The vectors that the clients of all languages share. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  addressOf, blake3, BorshReader, BorshWriter, callPayload, ContractAbi, deployPayload, digestsMatch,
  encodeTransaction, eventRecord, eventsBloom, eventsRoot, FalconKey, fromHex, Hashed, poseidon2, receiptRecord,
  receiptsDigest, abiSection, spell, stateKey, toHex, transaction, transactionHash, u128FromWire, u128ToWire,
  verifyRecord, verifyState, type AbiField, type AbiValue, types,
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

test("state keys", () => {
  const all = vectors("state-keys.json");
  for (const row of all.accounts!) {
    assert.equal(toHex(stateKey.account(fromHex(row.address))), row.account_key);
    assert.equal(toHex(stateKey.contract(fromHex(row.address))), row.contract_key);
  }
  for (const row of all.slots!) {
    const key = stateKey.slot(fromHex(row.contract), fromHex(row.slot));
    assert.equal(key === undefined ? null : toHex(key), row.key);
  }
});

test("exactly the true proofs are accepted", () => {
  const all = vectors("proofs.json");
  for (const row of all.state!) {
    const value = row.value === null ? undefined : fromHex(row.value);
    assert.equal(verifyState(fromHex(row.root), fromHex(row.key), value, fromHex(row.proof)), row.valid, row.what);
  }
  for (const row of all.list!) {
    const siblings = row.siblings.map(fromHex);
    assert.equal(verifyRecord(fromHex(row.root), row.count, row.index, fromHex(row.leaf), siblings), row.valid, row.what);
  }
});

const buffer = (text: string): Buffer => Buffer.from(fromHex(text));

function receiptOf(row: Row): types.Receipt {
  return {
    wave: BigInt(row.wave), transactionIndex: row.transaction_index, transactionHash: buffer(row.transaction_hash),
    status: row.status, category: row.category, code: row.code, nonceConsumed: row.nonce_consumed,
    gasUsed: BigInt(row.gas_used), feePaid: buffer(row.fee_paid), feePayer: buffer(row.fee_payer),
    returnData: buffer(row.return_data), contract: buffer(row.contract),
    events: row.events.map((event: Row, eventIndex: number) => ({
      wave: BigInt(row.wave), transactionIndex: row.transaction_index, eventIndex, contract: buffer(event.contract),
      topics: event.topics.map(buffer), data: buffer(event.data),
    })),
  };
}

test("receipts, events and their digests", () => {
  for (const row of vectors("records.json").waves!) {
    const receipts: types.Receipt[] = row.receipts.map(receiptOf);
    receipts.forEach((receipt, i) => {
      assert.equal(toHex(receiptRecord(receipt)), row.receipts[i].encoded);
      receipt.events.forEach((event, j) => assert.equal(toHex(eventRecord(event)), row.receipts[i].events[j].encoded));
    });
    assert.equal(toHex(receiptsDigest(receipts)), row.receipts_digest);
    assert.equal(toHex(eventsRoot(receipts)), row.events_root);
    assert.equal(toHex(eventsBloom(receipts)), row.events_bloom);
    const summary = types.WaveSummary.fromPartial({
      transactions: receipts.length, eventsCount: receipts.flatMap((receipt) => receipt.events).length,
      receiptsDigest: buffer(row.receipts_digest), eventsRoot: buffer(row.events_root), eventsBloom: buffer(row.events_bloom),
    });
    assert.ok(digestsMatch(summary, receipts));
    assert.ok(!digestsMatch({ ...summary, transactions: receipts.length + 1 }, receipts));
  }
});

// ---- the ABI in the form of the vectors -------------------------------------------------------------

const fieldRows = (fields: AbiField[]): Row[] => fields.map(({ name, type }) => ({ name, type: spell(type) }));

function describeAbi(abi: ContractAbi): Row {
  return {
    version: abi.version, parachain: abi.parachain, name: abi.name, contract_version: abi.contractVersion,
    functions: abi.functions.map((fn) => ({
      name: fn.name, selector: fn.selector, attributes: fn.attributes, params: fieldRows(fn.arguments),
      returns: fn.returns === undefined ? null : spell(fn.returns), access_list: fn.accessList,
    })),
    constructor: abi.constructorIndex ?? null, fallback: abi.fallbackIndex ?? null, receive: abi.receiveIndex ?? null,
    events: abi.events.map((event) => ({
      name: event.name, params: fieldRows(event.fields), indexed_mask: event.indexedMask,
      signature: abi.signature(event), topic: toHex(abi.topic(event)),
    })),
    parachain_imports: abi.parachainImports,
    schema: abi.schema?.map(({ name, keys, value }) => ({ name, keys: keys.map(spell), value: spell(value) })) ?? null,
    types: abi.types.map((type) =>
      "fields" in type ? { name: type.name, fields: fieldRows(type.fields) } : { name: type.name, variants: type.variants },
    ),
  };
}

function plain(value: AbiValue): unknown {
  if (value === undefined) return null;
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof Hashed) return { hash: toHex(value.hash) };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
  return value;
}

const abiOf = (row: Row): ContractAbi => ContractAbi.decode(fromHex(vectors("abi.json").sections![row.abi]!.payload));

test("ABI sections are read or refused", () => {
  const all = vectors("abi.json");
  for (const row of all.sections!) {
    if (row.abi === null) assert.throws(() => ContractAbi.decode(fromHex(row.payload)), row.what as string);
    else assert.deepEqual(describeAbi(ContractAbi.decode(fromHex(row.payload))), row.abi, row.what);
  }
  for (const row of all.modules!) {
    if (row.payload === null) assert.throws(() => abiSection(fromHex(row.wasm)), row.what as string);
    else assert.equal(toHex(abiSection(fromHex(row.wasm))), row.payload);
  }
});

test("calls, results and events by the ABI", () => {
  const all = vectors("abi.json");
  for (const row of all.calls!) {
    const abi = abiOf(row);
    const values = abi.decodeCall(row.function, fromHex(row.calldata));
    assert.deepEqual(values.map(plain), row.arguments);
    assert.equal(toHex(abi.encodeCall(row.function, ...values)), row.calldata);
  }
  for (const row of all.results!) {
    const decode = (): AbiValue => abiOf(row).decodeResult(row.function, fromHex(row.data));
    if (row.refused) assert.throws(decode);
    else assert.deepEqual(plain(decode()), row.value);
  }
  for (const row of all.events!) {
    const event = { topics: row.topics.map(buffer), data: buffer(row.data) };
    const decode = () => abiOf(row).decodeEvent(event);
    if (row.name !== null) {
      const decoded = decode();
      assert.equal(decoded?.name, row.name);
      assert.deepEqual(plain(decoded!.fields), row.fields);
      assert.equal(toHex(event.data), row.data, "decoding leaves the message as it is");
    } else if (row.topics.length === 1) assert.equal(decode(), undefined);
    else assert.throws(decode);
  }
  const token = abiOf({ abi: 1 });
  assert.throws(() => token.encodeCall("transfer", new Uint8Array(32), -1n), /amount: -1 does not fit uint128/);
  assert.throws(() => token.encodeCall("mint"), /no function mint/);
});

test("developer keys and signatures", () => {
  for (const row of vectors("signatures.json").signatures!) {
    const [key, message, signature] = [row.public_key, row.message, row.signature].map(fromHex);
    assert.equal(FalconKey.verify(key!, message!, signature!), row.valid, row.what);
  }
  const key = FalconKey.devnet(0n);
  assert.equal(toHex(key.publicKey), vectors("signatures.json").devnet![0]!.public_key);
  assert.equal(toHex(key.address), vectors("signatures.json").devnet![0]!.address);
  const tx = key.signTransaction(transaction({ from: key.address, to: key.address, nonce: 0n, chainId: 31337n }));
  assert.ok(FalconKey.verify(key.publicKey, transactionHash(tx), tx.signature));
  assert.ok(!FalconKey.verify(key.publicKey, transactionHash({ ...tx, nonce: 1n }), tx.signature));
});
