/**
 * A consensus client in a page: handshake, two waves in two steps each, a wave sent twice, a balance
 * read back. Run it against a development node: `node dist/example/consensus.js 127.0.0.1:9944`.
 */
import {
  addressOf, encodeTransaction, TidemillClient, toHex, transaction, u128FromWire, u128ToWire,
} from "../src/index.js";

const client = new TidemillClient(process.argv[2] ?? "127.0.0.1:9944");
try {
  const info = await client.info();
  const sender = Buffer.from(process.argv[3] ?? "", "hex");
  const receiver = addressOf.system("example-receiver");
  let parentRoot = info.expectedParentRoot;
  let nonce = BigInt(process.argv[4] ?? "0");
  let sent = 0n;
  for (const number of [info.expectedWave, info.expectedWave + 1n]) {
    const transactions = [1n, 2n, 3n].map((value) => {
      sent += value;
      const tx = transaction({ from: sender, to: receiver, value, nonce: nonce++, chainId: info.chainId });
      return { transaction: Buffer.from(encodeTransaction(tx)), skip: false };
    });
    const context = {
      timestamp: 1_800_000_000n + number, beacon: Buffer.alloc(32), baseFee: Buffer.from(u128ToWire(1n)),
      chainId: info.chainId, anchorMemberId: 0,
    };
    const wave = { header: { wave: number, parentRoot, context, wantStateDiff: true }, transactions };
    const outcome = await client.execute(wave);
    const again = await client.execute(wave);
    if (!again.stored || toHex(again.root) !== toHex(outcome.root)) {
      throw new Error("a wave that was sent twice got two answers");
    }
    await client.commit(number, outcome.root);
    parentRoot = Buffer.from(outcome.root);
    console.log(JSON.stringify({
      wave: Number(number), root: toHex(outcome.root), receipts: outcome.receipts.length,
      succeeded: outcome.receipts.filter((receipt) => receipt.status === 1).length,
      changedKeys: outcome.stateDiff.length,
    }));
  }
  const account = await client.account({ address: Buffer.from(receiver), wantProof: false });
  const balance = u128FromWire(account.account?.balance ?? new Uint8Array());
  console.log(JSON.stringify({ ok: balance >= sent, balance: balance.toString(), sent: sent.toString() }));
  process.exitCode = balance >= sent ? 0 : 1;
} finally {
  client.close();
}
