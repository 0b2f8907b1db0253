package io.tidemill.executor.bench;

import io.tidemill.executor.Rules;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.contract.TestChain;
import io.tidemill.executor.host.ContractRuntime.Call;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Transfers of the token contract through the whole host, on state in memory: two loads, two
 * stores, one event and the hashes of each. A fresh instance serves every transfer.
 */
final class TokenTransfers implements EngineProbe.Run {
  static final String NAME = "token";

  /** The transfers of a hot run. */
  static final int WORK = 500;

  /** The transfers of a cold run: about a million units of fuel. */
  static final int COLD_WORK = 20;

  private static final long FUEL = 1_000_000_000L;
  private static final int HOLDERS = 64;

  private final TestChain chain;
  private final Address contract;
  private final byte[][] arguments = new byte[HOLDERS][];

  TokenTransfers(Engine engine) {
    chain =
        new TestChain(
            Rules.of(
                31_337, new Rules.Lifecycle(U128.ZERO, U128.ZERO, 10), Rules.Signatures.TRUSTED),
            engine);
    contract = chain.install(NAME, wasm(), U128.of(1L << 60).toBytes());
    for (int i = 0; i < HOLDERS; i++) {
      arguments[i] =
          new BorshWriter()
              .hash32(TestChain.address("holder" + i).raw())
              .fixed(U128.of(1).toBytes())
              .toBytes();
    }
  }

  static byte[] wasm() {
    try {
      return Files.readAllBytes(Path.of("executor/contracts/token/token.wasm"));
    } catch (IOException e) {
      throw new UncheckedIOException("run it from the root of the repository", e);
    }
  }

  /** Runs {@code work} transfers; the checksum is the fuel they used. */
  @Override
  public EngineProbe.Outcome run(int work) {
    long fuel = 0;
    for (int i = 0; i < work; i++) {
      final Result result =
          chain.runtime.call(
              chain.scope(TestChain.ALICE, new Overlay(chain)),
              new Call(
                  TestChain.ALICE,
                  contract,
                  "transfer",
                  arguments[i % HOLDERS],
                  U128.ZERO,
                  false,
                  false,
                  FUEL));
      if (result.end() != End.SUCCESS) {
        throw new IllegalStateException(
            "a transfer ended in " + result.end() + ", code " + result.code());
      }
      fuel += result.fuelUsed();
    }
    return new EngineProbe.Outcome(fuel, fuel);
  }
}
