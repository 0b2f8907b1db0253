package io.tidemill.executor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.host.HostFunction;
import io.tidemill.executor.host.HostFunction.Overload;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.ValType;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every shape of every host function, called from real modules: it links, and both backends agree
 * on result, fuel, trap and events.
 */
class EveryShapeTest {
  private static final int CALL = 0x10;
  private static final int I32_CONST = 0x41;
  private static final int I64_CONST = 0x42;
  private static final int I32_STORE = 0x36;
  private static final int I64_STORE = 0x37;

  private final TestChain[] chains = {
    new TestChain(Puppets.rules(), new ChicoryEngine()),
    new TestChain(Puppets.rules(), new JvmEngine(new ChicoryEngine()))
  };

  /** Calls the shape with {@code argument} everywhere and returns what came back. */
  private static byte[] module(HostFunction function, Overload shape, int argument) {
    final List<Integer> body = new ArrayList<>(List.of(I32_CONST, 0));
    final StringBuilder type = new StringBuilder();
    for (ValType parameter : shape.type().params()) {
      body.add(parameter == ValType.I64 ? I64_CONST : I32_CONST);
      body.add(argument);
      type.append(parameter == ValType.I64 ? 'l' : 'i');
    }
    type.append(':');
    body.addAll(List.of(CALL, 0));
    if (shape.type().results().isEmpty()) {
      body.add(0x1A);
    } else {
      final boolean wide = shape.type().results().getFirst() == ValType.I64;
      type.append(wide ? 'l' : 'i');
      body.addAll(List.of(wide ? I64_STORE : I32_STORE, 0, 0));
    }
    body.addAll(List.of(I32_CONST, 0, I32_CONST, 8, CALL, 1));
    return new ModuleAssembler()
        .importFunction("pyde", function.importName(), type.toString())
        .importFunction("pyde", "return", "ii:")
        .function("run", ":", body.stream().mapToInt(Integer::intValue).toArray())
        .memory(1, "memory")
        .abi(
            Puppets.abi(
                ContractType.PARACHAIN,
                Puppets.function("run", Attribute.ENTRY, Attribute.PAYABLE)))
        .done();
  }

  @Test
  void shouldBehaveAlikeOnBothBackends() {
    int ran = 0;
    int succeeded = 0;
    for (HostFunction function : HostFunction.values()) {
      for (Overload shape : function.overloads()) {
        for (int argument : new int[] {0, 1, 32}) {
          final byte[] wasm = module(function, shape, argument);
          final Result[] results = new Result[2];
          for (int i = 0; i < 2; i++) {
            final Address address =
                TestChain.installed(
                    chains[i].deploy("shape" + ran, wasm, 1, new byte[0], U128.ZERO));
            results[i] =
                chains[i].call(
                    TestChain.ALICE, address, "run", new byte[40], U128.of(5), 10_000_000L);
          }
          assertThat(results[1])
              .as("%s %s of %d", function, shape.type(), argument)
              .usingRecursiveComparison()
              .isEqualTo(results[0]);
          assertThat(chains[1].events).hasSameSizeAs(chains[0].events);
          assertThat(chains[1].state.keySet()).isEqualTo(chains[0].state.keySet());
          ran++;
          succeeded += results[0].end() == End.SUCCESS ? 1 : 0;
        }
      }
    }
    assertThat(succeeded).isGreaterThan(ran / 2);
  }
}
