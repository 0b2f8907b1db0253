// Runs one kernel on V8: node v8.mjs FILE WORK MILLIS prints the best time in ns and the checksum.
import { readFileSync } from 'node:fs';

const [file, work, millis] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync(file));
let best = Infinity;
let checksum = 0;
const begin = process.hrtime.bigint();
for (let i = 0; i < 5 || process.hrtime.bigint() - begin < BigInt(millis) * 1000000n; i++) {
  const from = process.hrtime.bigint();
  checksum = instance.exports.run(Number(work)) >>> 0;
  const took = Number(process.hrtime.bigint() - from);
  best = Math.min(best, took);
}
console.log(`${best} ${checksum}`);
