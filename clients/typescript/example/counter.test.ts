/**
 * How a contract is tested on a development chain, with vitest. With node:test the hooks come from there:
 *
 *     import { after as afterAll, afterEach, before as beforeAll, beforeEach, test } from "node:test";
 */
// docs:begin counter
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { devChain } from "@tidemill/client/testing";

const chain = devChain({ beforeAll, afterAll, beforeEach, afterEach }, async (fresh) => {
  await fresh.deployExample("counter", 7);
});

test("counts, and says who counted", async () => {
  const sent = await chain().contract("counter").from("#3").send("add", 35n);
  expect(sent.result).toBe("42");
  expect(sent.events).toEqual(["counter.Counted(who: #3, count: 42)"]);
});

test("only the owner resets", async () => {
  const counter = chain().contract("counter");
  const refused = await counter.from("#3").send("reset");
  expect(refused.reason).toContain("only the owner may reset");
  await chain().withSnapshot(async () => expect((await counter.send("reset")).status).toBe("success"));
  expect((await counter.call("get")).result).toBe("7"); // whatever other tests did
});
// docs:end
