package io.tidemill.executor.contract;

import static io.tidemill.executor.contract.Puppets.script;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.Event;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.contract.PuppetModel.Outcome;
import io.tidemill.executor.contract.PuppetModel.World;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random trees of calls against a plain model, on both backends: what is committed, what came back
 * and what was emitted are the model's; dropped frames leave no trace; nothing is minted or lost.
 */
class NestedCallsTest {
  private static final int SEEDS = Integer.getInteger("tidemill.cases", 80);
  private static final int TRANSACTIONS = 8;

  private final Engine[] engines = {new ChicoryEngine(), new JvmEngine(new ChicoryEngine())};

  /** One chain with three puppets. */
  private static final class Stage {
    final TestChain chain;
    final List<Address> actors = new ArrayList<>();

    Stage(Engine engine) {
      chain = new TestChain(Puppets.rules(), engine);
      for (String name : new String[] {"ann", "ben", "cat"}) {
        final Address address = chain.install(name, Puppets.wasm(), new byte[0]);
        actors.add(address);
        chain.state.put(
            StateKeys.account(address),
            AccountCodec.encode(
                AccountCodec.decode(chain.state.get(StateKeys.account(address)))
                    .withBalance(U128.of(1_000))));
      }
    }

    World world() {
      final World world = new World();
      for (Address actor : actors) {
        world.contracts.add(actor);
        world.balances.put(actor, 1_000L);
      }
      world.balances.put(TestChain.ALICE, TestChain.RICH.low());
      return world;
    }
  }

  private static Hash32 key(int n) {
    return Blake3.hash(new byte[] {(byte) n});
  }

  private static byte[] tree(Random random, List<Address> pool, List<Address> templates, int room) {
    final Puppets.Script script = script();
    final int steps = 1 + random.nextInt(6);
    for (int i = 0; i < steps && script.length() + 200 < room; i++) {
      final Address someone = pool.get(random.nextInt(pool.size()));
      switch (random.nextInt(16)) {
        case 0, 1, 2 -> {
          final byte[] value = new byte[random.nextInt(5)];
          random.nextBytes(value);
          script.store(key(random.nextInt(4)), value);
        }
        case 3 -> script.delete(key(random.nextInt(4)));
        case 4, 5 -> script.load(key(random.nextInt(4)));
        case 6 -> script.transfer(someone, random.nextInt(700));
        case 7 -> script.emit(key(random.nextInt(4)), new byte[random.nextInt(5)]);
        case 8 -> {
          if (random.nextInt(3) == 0) {
            script.revert();
          } else {
            script.burn(random.nextInt(100));
          }
        }
        case 9 -> {
          if (random.nextInt(4) == 0) {
            script.trap();
          } else {
            script.emit(key(1), new byte[1]);
          }
        }
        case 10 -> {
          final Address template = templates.get(random.nextInt(templates.size()));
          script.instantiate(
              template,
              key(random.nextInt(3)),
              random.nextInt(400),
              -1,
              tree(random, pool, templates, (room - script.length() - 160) / 2));
        }
        default ->
            script.call(
                random.nextInt(8) == 0 ? Puppets.STATIC : random.nextInt(4) == 0 ? 2 : 0,
                someone,
                random.nextInt(3) == 0 ? random.nextInt(700) : 0,
                -1,
                random.nextInt(5) == 0 ? Puppets.PEEK : random.nextInt(2),
                tree(random, pool, templates, (room - script.length() - 160) / 2));
      }
    }
    return script.done();
  }

  @Test
  void shouldBehaveLikeThePlainModelOnBothBackends() {
    for (int seed = 0; seed < SEEDS; seed++) {
      try {
        run(seed);
      } catch (Throwable e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private void run(int seed) {
    final Random random = new Random(seed);
    final Stage[] stages = {new Stage(engines[0]), new Stage(engines[1])};
    final List<Address> actors = stages[0].actors;
    final List<Address> pool = new ArrayList<>(actors);
    for (Address parent : actors) {
      pool.add(Addresses.child(parent, actors.getFirst(), key(0)));
    }
    pool.add(TestChain.BOB);
    World world = stages[0].world();
    world.balances.put(TestChain.BOB, TestChain.RICH.low());
    for (int i = 0; i < TRANSACTIONS; i++) {
      final byte[] script = tree(random, pool, actors, 3_000);
      final Address target = actors.get(random.nextInt(actors.size()));
      final int function = random.nextInt(8) == 0 ? Puppets.PEEK : random.nextInt(2);
      final long value = function == Puppets.PEEK ? 0 : random.nextInt(50);
      final PuppetModel model = new PuppetModel(world.copy());
      model.world.events.clear();
      final Outcome expected = model.transaction(TestChain.ALICE, target, function, value, script);
      world = model.world;
      final Result first = perform(stages[0], target, function, value, script);
      final Result second = perform(stages[1], target, function, value, script);
      assertThat(second).usingRecursiveComparison().isEqualTo(first);
      assertThat(stages[1].chain.state.keySet()).isEqualTo(stages[0].chain.state.keySet());
      assertThat(first.end().name()).isEqualTo(expected.end().name());
      assertThat(first.returnData()).isEqualTo(expected.log());
      compare(stages[0].chain, world, expected);
      compare(stages[1].chain, world, expected);
    }
  }

  private static Result perform(
      Stage stage, Address target, int function, long value, byte[] script) {
    return stage.chain.call(
        TestChain.ALICE, target, Puppets.NAMES[function], script, U128.of(value), 1_500_000_000L);
  }

  private static void compare(TestChain chain, World world, Outcome outcome) {
    final List<String> events = new ArrayList<>();
    for (Event event : chain.events) {
      events.add(event.contract() + " " + event.topics().getFirst() + " " + event.data().length);
    }
    assertThat(events)
        .isEqualTo(outcome.end() == PuppetModel.End.SUCCESS ? world.events : List.of());
    final TreeMap<StateKey, byte[]> slots = new TreeMap<>();
    for (Map.Entry<Address, TreeMap<Hash32, byte[]>> owner : world.storage.entrySet()) {
      for (Map.Entry<Hash32, byte[]> slot : owner.getValue().entrySet()) {
        slots.put(StateKeys.slot(owner.getKey(), slot.getKey()), slot.getValue());
      }
    }
    U128 supply = U128.ZERO;
    int contracts = 0;
    for (Map.Entry<StateKey, byte[]> entry : chain.state.entrySet()) {
      final byte[] expected = slots.remove(entry.getKey());
      if (expected != null) {
        assertThat(entry.getValue()).isEqualTo(expected);
      } else if (entry.getValue().length == AccountCodec.KEYLESS_LENGTH) {
        final Account account = AccountCodec.decode(entry.getValue());
        supply = supply.plus(account.balance());
        assertThat(account.balance().low()).isEqualTo(world.balance(account.address()));
        contracts += account.hasCode() ? 1 : 0;
      }
    }
    assertThat(slots).isEmpty();
    assertThat(contracts).isEqualTo(world.contracts.size());
    assertThat(supply).isEqualTo(TestChain.RICH.plus(TestChain.RICH).plus(U128.of(3_000)));
  }

  @Test
  void shouldLetAParentGoOnAfterACalleeRanOutOfGas() {
    for (Engine engine : engines) {
      final Stage stage = new Stage(engine);
      final Address target = stage.actors.get(1);
      final byte[] inner = script().store(key(1), new byte[1]).done();
      final Result result =
          stage.chain.call(
              stage.actors.getFirst(),
              "run",
              script()
                  .call(Puppets.CROSS, target, 0, 3_000, Puppets.RUN, inner)
                  .store(key(2), new byte[1])
                  .done());
      assertThat(result.end()).isEqualTo(End.SUCCESS);
      assertThat(result.returnData()).startsWith(-11, -1, -1, -1, 0, 32, 0, 0);
      assertThat(stage.chain.state).doesNotContainKey(StateKeys.slot(target, key(1)));
    }
  }

  @Test
  void shouldNeverLetAContractTouchWhatIsNotItsOwn() {
    final Random random = new Random(4);
    for (Engine engine : engines) {
      final Stage stage = new Stage(engine);
      final Address attacker = stage.actors.getFirst();
      final TreeMap<StateKey, byte[]> before = new TreeMap<>(stage.chain.state);
      final List<StateKey> keys = new ArrayList<>(before.keySet());
      for (int i = 0; i < 60; i++) {
        final byte[] raw = keys.get(random.nextInt(keys.size())).raw().toBytes();
        if (random.nextInt(2) == 0) {
          // The attacker's own prefix with whatever suffix is worth having.
          System.arraycopy(attacker.toBytes(), 0, raw, 0, 16);
        }
        stage.chain.call(
            attacker, "run", script().store(Hash32.of(raw), new byte[] {1, 2, 3}).done());
        stage.chain.call(attacker, "run", script().delete(Hash32.of(raw)).done());
        stage.chain.call(
            attacker, "run", script().store(Hash32.of(raw), new byte[] {1, 2, 3}).done());
      }
      before.forEach((key, value) -> assertThat(stage.chain.state.get(key)).isEqualTo(value));
      stage.chain.state.forEach(
          (key, value) ->
              assertThat(before.containsKey(key) || key.raw().sharesPrefix16(attacker.raw()))
                  .isTrue());
    }
  }

  @Test
  void shouldCountOneFrameMoreThanTheDepthAllows() {
    for (Engine engine : engines) {
      final Stage stage = new Stage(engine);
      byte[] inner = script().load(key(1)).done();
      for (int i = 0; i < 60; i++) {
        inner =
            script().call(Puppets.CROSS, stage.actors.getFirst(), 0, -1, Puppets.RUN, inner).done();
      }
      final Result result = stage.chain.call(stage.actors.getFirst(), "run", inner);
      assertThat(result.end()).isEqualTo(End.SUCCESS);
      assertThat(result.returnData()).startsWith(0, 0, 0, 0);
    }
  }
}
