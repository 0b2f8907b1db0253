package io.tidemill.executor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.WorkerPool;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The deepest tree of calls, on a quarter of the stack that workers have. Source: decisions W5, W7.
 */
class DeepCallsTest {
  static List<Engine> engines() {
    return List.of(new ChicoryEngine(), new JvmEngine(new ChicoryEngine()));
  }

  private static byte[] recurse(int pages) {
    final String hex = HexFormat.of().formatHex(Puppets.resource("recurse.wasm"));
    final String memory = "0503010001";
    assertThat(hex).containsOnlyOnce(memory);
    return Puppets.packed(
        HexFormat.of()
            .parseHex(hex.replace(memory, "05030100" + HexFormat.of().toHexDigits((byte) pages))),
        Puppets.abi(
            ContractType.CONTRACT, Puppets.function("dive", Attribute.ENTRY, Attribute.REENTRANT)));
  }

  private static int frames(Engine engine, int pages) throws Exception {
    final FutureTask<Integer> task =
        new FutureTask<>(
            () -> {
              final TestChain chain = new TestChain(Puppets.rules(), engine);
              final Address contract = chain.install("recurse", recurse(pages), new byte[0]);
              final Result result = chain.call(contract, "dive", new byte[0]);
              assertThat(result.end()).isEqualTo(End.SUCCESS);
              return result.returnData()[0] & 0xFF | (result.returnData()[1] & 0xFF) << 8;
            });
    final Thread worker = new Thread(null, task, "deep", WorkerPool.STACK_BYTES / 4);
    worker.start();
    return task.get();
  }

  @ParameterizedTest
  @MethodSource("engines")
  void shouldReachTheDepthLimitAndNoFurther(Engine engine) throws Exception {
    assertThat(frames(engine, 1)).isEqualTo(1_024);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void shouldFailTheCallThatDoesNotFitTheMemoryOfTheTransaction(Engine engine) throws Exception {
    assertThat(frames(engine, 17)).isEqualTo(4_096 / 17);
  }
}
