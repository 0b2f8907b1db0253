package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rules name themselves by every constant in them and hold in their own waves. */
class RulesTest {
  private static final Rules RULES =
      Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);

  /** Decisions O3 and O4: whatever a committed transaction can reach changes the hash. */
  @Test
  void shouldHashEveryConstant() throws ReflectiveOperationException {
    final List<String> tried = new ArrayList<>();
    for (Rules changed : changes(RULES, "rules", tried).stream().map(Rules.class::cast).toList()) {
      assertThat(changed.hash()).as(tried.toString()).isNotEqualTo(RULES.hash());
    }
    assertThat(tried).hasSizeGreaterThan(70);
    assertThat(tried).contains("rules.execution.viewFuelCap", "rules.gas.waveGasLimit");
  }

  /** Every record like {@code record} but for one number, text, choice or flag in it. */
  private static List<Object> changes(Record record, String path, List<String> tried)
      throws ReflectiveOperationException {
    final RecordComponent[] components = record.getClass().getRecordComponents();
    final Class<?>[] types = new Class<?>[components.length];
    final Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      components[i].getAccessor().setAccessible(true);
      values[i] = components[i].getAccessor().invoke(record);
    }
    final Constructor<?> constructor = record.getClass().getDeclaredConstructor(types);
    constructor.setAccessible(true);
    final List<Object> changed = new ArrayList<>();
    for (int i = 0; i < components.length; i++) {
      final String name = path + "." + components[i].getName();
      for (Object other : others(values[i], name, tried)) {
        final Object[] copy = values.clone();
        copy[i] = other;
        changed.add(constructor.newInstance(copy));
      }
    }
    return changed;
  }

  private static List<?> others(@Nullable Object value, String name, List<String> tried)
      throws ReflectiveOperationException {
    final List<?> others =
        switch (value) {
          case Integer number -> List.of(number + 1);
          case Long number -> List.of(number + 1);
          case Boolean flag -> List.of(!flag);
          case U128 amount -> List.of(amount.plus(U128.of(1)));
          case Enum<?> choice -> {
            final Object[] all = choice.getDeclaringClass().getEnumConstants();
            yield List.of(all[(choice.ordinal() + 1) % all.length]);
          }
          case List<?> list -> List.of(list.subList(1, list.size()));
          case Record record -> changes(record, name, tried);
          case null, default -> List.of();
        };
    if (!(value instanceof Record) || value instanceof U128) {
      others.forEach(_ -> tried.add(name));
    }
    return others;
  }

  /** Decisions O6. */
  @Test
  void shouldExecuteEachWaveUnderTheRulesOfItsTime() {
    final Rules later =
        Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.MAINNET, Rules.Signatures.VERIFY);
    final ChainSpecification history =
        new ChainSpecification(
            List.of(
                new ChainSpecification.Activation(0, RULES),
                new ChainSpecification.Activation(3, later)));
    final TestChain chain =
        new TestChain(
            RULES,
            new ExecutorParts(history, new FakeContracts(), (key, message, signature) -> false),
            ledger -> {});
    final List<WaveResult> results = new ArrayList<>();
    for (int wave = 1; wave <= 4; wave++) {
      results.add(chain.run(TestChain.tx(0, wave - 1).to(TestChain.user(1)).build()));
    }
    assertThat(results)
        .extracting(result -> result.receipts().getFirst().code())
        .containsExactly(0, 0, 104, 104);
    assertThat(results)
        .extracting(WaveResult::rulesHash)
        .containsExactly(RULES.hash(), RULES.hash(), later.hash(), later.hash());
    assertThat(results.getLast().receipts().getFirst().nonceConsumed()).isFalse();
    // Decisions S7: there is no Poseidon2 tree.
    assertThat(chain.store.head().root().poseidon2()).isEqualTo(Hash32.ZERO);
  }
}
