/**
 * The first ten minutes: a contract on a development chain, a transaction, its receipt, and proofs that
 * do not take the node's word for it.
 *
 *     ./tidemill dev
 *     node dist/example/first.js GRPC_TARGET HTTP_ENDPOINT
 */
import { equal, ok } from "node:assert/strict";
import {
  callPayload, ContractAbi, encodeTransaction, eventRecord, FalconKey, fromHex, JsonRpcClient, receiptRecord, stateKey,
  TidemillClient, toHex, transaction, verifyRecordProof, verifyStateProof,
} from "../src/index.js";

const [target = "127.0.0.1:9944", endpoint = "http://127.0.0.1:9933/"] = process.argv.slice(2);

// docs:begin send
const rpc = new JsonRpcClient(endpoint);
const name = `first-typescript-${await rpc.call("pyde_waveNumber", [])}`;
const deployed = (await rpc.call("dev_deploy", [{ name, example: "counter", arguments: ["7"] }])) as { contract: string };
const counter = fromHex(deployed.contract);
const client = new TidemillClient(target);
const abi = ContractAbi.ofModule((await client.code({ address: Buffer.from(counter) })).wasm);
const key = FalconKey.devnet(0n);
const { account: sender } = await client.account({ address: Buffer.from(key.address) });
const { chainId } = await client.info();
const call = key.signTransaction(transaction({
  from: key.address, to: counter, nonce: sender!.nonceBase, chainId, gasLimit: 1_000_000n,
  data: callPayload("add", abi.encodeCall("add", 35n)),
}));
const hash = await rpc.call("pyde_sendTransaction", [`0x${toHex(encodeTransaction(call))}`]);
// docs:end

// docs:begin receipt
const { receipt } = await client.receipt(fromHex(String(hash)));
const total = abi.decodeResult("add", receipt!.returnData);
const event = abi.decodeEvent(receipt!.events[0]!);
console.log(`receipt: wave ${receipt!.wave}, ${receipt!.gasUsed} gas, ${event?.name}, the count is ${total}`);
// docs:end

// docs:begin verify
const { wave, transactionIndex } = receipt!;
const summary = (await client.wave(wave)).summary!;
const root = summary.root!.blake3; // from whom you trust: your consensus, a checkpoint, your own node
const proven = (await client.proof({ receipt: { wave, transactionIndex } })).merkle!;
ok(verifyRecordProof(summary.receiptsDigest, summary.transactions, proven));
equal(toHex(proven.leaf), toHex(receiptRecord(receipt!)));
const provenEvent = (await client.proof({ event: { wave, transactionIndex, eventIndex: 0 } })).merkle!;
ok(verifyRecordProof(summary.eventsRoot, summary.eventsCount, provenEvent));
equal(toHex(provenEvent.leaf), toHex(eventRecord(receipt!.events[0]!)));
const account = await client.account({ address: Buffer.from(counter), base: { wave }, wantProof: true });
ok(verifyStateProof(root, stateKey.account(counter), account.proof!));
console.log(`verified: receipt, event and account of the contract, under root ${toHex(root)}`);
// docs:end
client.close();
console.log(JSON.stringify({ ok: total === 42n, root: toHex(root) }));
