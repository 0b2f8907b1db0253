/**
 * A consensus client in a page: handshake, waves in two steps, a wave that survives a broken stream,
 * an event, a receipt and a balance that are checked and not believed.
 *
 *     node dist/example/consensus.js GRPC_TARGET HTTP_ENDPOINT TOKEN_WASM
 */
import { readFileSync } from "node:fs";
import {
  addressOf, BorshWriter, callPayload, ContractAbi, DEPLOY, deployPayload, digestsMatch, encodeTransaction,
  eventRecord, FalconKey, JsonRpcClient, receiptRecord, stateKey, TidemillClient, toHex, transaction, transactionHash,
  u128FromWire, u128ToWire, verifyRecordProof, verifyStateProof, ZERO_ADDRESS,
  type Transaction, type WaveOutcome,
} from "../src/index.js";

const [target = "127.0.0.1:9944", endpoint = "http://127.0.0.1:9933/", tokenPath = "token.wasm"] = process.argv.slice(2);
const TRANSFERS = 300;
const key = FalconKey.devnet(0n);
const receiver = addressOf.system("example-receiver-typescript");
const token = addressOf.contract("example-typescript");
let resends = 0;

// docs:begin connect
const client = new TidemillClient(target);
const info = await client.info();
console.log(`chain ${info.chainId}: head is wave ${info.head?.wave}, send wave ${info.expectedWave} next`);
// docs:end

const me = await client.account({ address: Buffer.from(key.address) });
let nonce = me.account?.nonceBase ?? 0n;
let expectedWave = info.expectedWave;
let parentRoot = info.expectedParentRoot;

/** A transaction of developer account 0 with its next nonce, signed. */
function signed(fields: Partial<Transaction> & Pick<Transaction, "to">): Transaction {
  return key.signTransaction(transaction({ from: key.address, nonce: nonce++, chainId: info.chainId, ...fields }));
}

// docs:begin wave
const stream = client.openWaveStream();

/** Executes the next wave, checks what came back, and makes it durable. */
async function wave(transactions: Transaction[]): Promise<WaveOutcome> {
  const context = {
    timestamp: 1_900_000_000n + expectedWave, beacon: Buffer.alloc(32), baseFee: Buffer.from(u128ToWire(100n)),
    chainId: info.chainId, anchorMemberId: 0,
  };
  const request = {
    header: { wave: expectedWave, parentRoot, context, wantStateDiff: true },
    transactions: transactions.map((tx) => ({ transaction: Buffer.from(encodeTransaction(tx)), skip: false })),
  };
  // The stream may break: execute() shakes hands again and sends the wave once more.
  const outcome = await stream.execute(request, { onResend: () => resends++ });
  if (!digestsMatch(outcome.result.summary!, outcome.receipts)) throw new Error("the receipts are not those of the digest");
  // Here a consensus client agrees with its peers on outcome.root. Then, and only then:
  await client.commit(outcome);
  expectedWave++;
  parentRoot = Buffer.from(outcome.root);
  return outcome;
}
// docs:end

// docs:begin deploy
const module = readFileSync(tokenPath);
const abi = ContractAbi.ofModule(module);
const supply = new BorshWriter().u128(1_000_000n).toBytes();
const deployment = signed({
  to: ZERO_ADDRESS, type: DEPLOY, data: deployPayload("example-typescript", module, supply), gasLimit: 100_000_000n,
});
const transfers = Array.from({ length: TRANSFERS }, (_, i) => transaction({
  from: key.address, to: receiver, value: BigInt(i + 1), nonce: nonce++, chainId: info.chainId,
}));
const first = await wave([deployment, ...transfers]);
const call = signed({
  to: token, data: callPayload("transfer", abi.encodeCall("transfer", receiver, 42n)), gasLimit: 500_000n,
});
const second = await wave([call]);
// docs:end
for (const receipt of [...first.receipts, ...second.receipts]) {
  if (receipt.status !== 1) throw new Error(`transaction ${receipt.transactionIndex} of wave ${receipt.wave}: code ${receipt.code}`);
}

// docs:begin event
const event = abi.decodeEvent(second.receipts[0]!.events[0]!);
console.log(`${event?.name} of ${event?.fields.amount} tokens to ${toHex(event?.fields.to as Uint8Array)}`);
// docs:end

// docs:begin proof
const summary = second.result.summary!;
const account = await client.account({ address: Buffer.from(receiver), base: { wave: summary.wave }, wantProof: true });
if (!verifyStateProof(second.root, stateKey.account(receiver), account.proof!)) throw new Error("the balance is not proven");
const { merkle } = await client.proof({ receipt: { wave: summary.wave, transactionIndex: 0 } });
if (!verifyRecordProof(summary.receiptsDigest, summary.transactions, merkle!)) throw new Error("the receipt is not proven");
const receipt = await client.receipt(transactionHash(call));
if (toHex(receiptRecord(receipt.receipt!)) !== toHex(merkle!.leaf)) throw new Error("another receipt was proven");
const transfer = second.receipts[0]!.events[0]!;
const cursor = { wave: summary.wave, transactionIndex: 0, eventIndex: transfer.eventIndex };
const proven = (await client.proof({ event: cursor })).merkle!;
if (!verifyRecordProof(summary.eventsRoot, summary.eventsCount, proven)) throw new Error("the event is not proven");
if (toHex(eventRecord(transfer)) !== toHex(proven.leaf)) throw new Error("another event was proven");
// docs:end
// What a node that lies would have to send: none of it is believed.
account.proof!.value![0]! ^= 1;
merkle!.leaf[0]! ^= 1;
proven.index += 1;
if (
  verifyStateProof(second.root, stateKey.account(receiver), account.proof!) ||
  verifyRecordProof(summary.receiptsDigest, summary.transactions, merkle!) ||
  verifyRecordProof(summary.eventsRoot, summary.eventsCount, proven)
) throw new Error("a wrong proof was believed");

// docs:begin simulate
const rpc = new JsonRpcClient(endpoint);
const answer = await rpc.view(token, "balance_of", abi.encodeCall("balance_of", receiver));
console.log(`the receiver has ${abi.decodeResult("balance_of", answer)} tokens`);
// docs:end
const simulated = await rpc.simulate({ transaction: encodeTransaction(signed({ to: receiver, value: 1n })) });

const balance = u128FromWire(account.account!.balance);
stream.close();
client.close();
console.log(JSON.stringify({
  ok: balance >= BigInt(TRANSFERS * (TRANSFERS + 1) / 2) && abi.decodeResult("balance_of", answer) === 42n && simulated !== null,
  waves: Number(expectedWave - info.expectedWave), resends, balance: balance.toString(), root: toHex(second.root),
}));
