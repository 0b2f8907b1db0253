/**
 * How a contract is tested on a development chain. With vitest the hooks come from there:
 *
 *     import { afterAll, afterEach, beforeAll, beforeEach, test } from "vitest";
 */
// docs:begin counter
import { equal, match } from "node:assert/strict";
import { after as afterAll, afterEach, before as beforeAll, beforeEach, test } from "node:test";
import { devChain } from "@tidemill/client/testing";

const chain = devChain({ beforeAll, afterAll, beforeEach, afterEach }, async (fresh) => {
  await fresh.deployExample("counter", 7);
});

test("counts, and says who counted", async () => {
  const sent = await chain().contract("counter").from("#3").send("add", 35n);
  equal(sent.result, "42");
  equal(sent.events[0], "counter.Counted(who: #3, count: 42)");
});

test("only the owner resets", async () => {
  const counter = chain().contract("counter");
  const refused = await counter.from("#3").send("reset");
  match(refused.reason, /only the owner may reset/);
  await chain().withSnapshot(async () => equal((await counter.send("reset")).status, "success"));
  equal((await counter.call("get")).result, "7"); // whatever other tests did
});
// docs:end
