package io.tidemill.executor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The start section runs first, then {@code _initialize}, then the entry, all metered (H8). */
class BeforeEntryTest {
  private static final int CALL = 0x10;
  private static final int I32_CONST = 0x41;
  private static final int I32_LOAD8 = 0x2D;
  private static final int I32_STORE8 = 0x3A;
  private static final int ADD = 0x6A;
  private static final int DROP = 0x1A;
  private static final int[] ENDLESS = {0x03, 0x40, 0x0C, 0, 0x0B};

  private final List<TestChain> chains =
      List.of(
          new TestChain(Puppets.rules(), new ChicoryEngine()),
          new TestChain(Puppets.rules(), new JvmEngine(new ChicoryEngine())));

  /** Start stores 1; {@code _initialize} stores one more than that; the entry returns both. */
  private static byte[] module(int... initialize) {
    return new ModuleAssembler()
        .importFunction("pyde", "return", "ii:")
        .function("", ":", I32_CONST, 0, I32_CONST, 1, I32_STORE8, 0, 0)
        .function("_initialize", ":", initialize)
        .function("run", ":", I32_CONST, 0, I32_CONST, 2, CALL, 0)
        .start(1)
        .memory(1, "memory")
        .abi(Puppets.abi(ContractType.CONTRACT, Puppets.function("run", Attribute.ENTRY)))
        .done();
  }

  private static int[] storing(int more) {
    final List<Integer> body =
        new ArrayList<>(
            List.of(
                I32_CONST, 1, I32_CONST, 0, I32_LOAD8, 0, 0, I32_CONST, 1, ADD, I32_STORE8, 0, 0));
    for (int i = 0; i < more; i++) {
      body.addAll(List.of(I32_CONST, 0, DROP));
    }
    return body.stream().mapToInt(Integer::intValue).toArray();
  }

  private Result run(TestChain chain, String name, byte[] wasm) {
    final Address address =
        TestChain.installed(chain.deploy(name, wasm, 0, new byte[0], U128.ZERO));
    return chain.call(TestChain.ALICE, address, "run", new byte[0], U128.ZERO, 1_000_000L);
  }

  @Test
  void shouldRunTheStartSectionThenInitializeThenTheEntry() {
    for (TestChain chain : chains) {
      final Result result = run(chain, "order", module(storing(0)));
      assertThat(result.end()).isEqualTo(End.SUCCESS);
      assertThat(result.returnData()).containsExactly(1, 2);
    }
  }

  @Test
  void shouldChargeWhatRunsBeforeTheEntry() {
    for (TestChain chain : chains) {
      final long little = run(chain, "little", module(storing(0))).fuelUsed();
      final long more = run(chain, "more", module(storing(10))).fuelUsed();
      final long most = run(chain, "most", module(storing(20))).fuelUsed();
      assertThat(more - little).isPositive().isEqualTo(most - more);
      final Result endless = run(chain, "endless", module(ENDLESS));
      assertThat(endless.end()).isEqualTo(End.OUT_OF_FUEL);
      assertThat(endless.fuelUsed()).isEqualTo(1_000_000L);
    }
  }
}
