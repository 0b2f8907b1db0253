package io.tidemill.executor.bench;

import io.tidemill.executor.Rules;
import io.tidemill.executor.WaveContext;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.contract.Puppets;
import io.tidemill.executor.contract.TestChain;
import io.tidemill.executor.host.ContractRuntime.Call;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.host.ContractRuntime.Scope;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.state.hash.Hash32;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;

/**
 * What the host costs, hot, on one core: a call between contracts, and a token transfer. State is a
 * map in memory and nothing is committed, so that only execution is measured.
 */
public final class HostBench {
  private static final int CALLS = 32;

  private static final String USAGE =
      """
      usage: bench host [--json] [--seconds N] [--engine compiled|interpreter] [--token FILE]
      Microseconds of calls between contracts (cross_call_us) and of token transfers
      (token_transfer_us), hot, on one core, execution only.
        --json      one JSON object on one line
        --seconds   warm-up of each subject, and about half of it again to measure (default 8)
        --engine    the backend (default compiled)
        --token     the token module (default executor/contracts/token/token.wasm)
      """;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final WaveContext WAVE =
      new WaveContext(7, 1_700_000_000L, Hash32.ZERO, U128.of(1), 31_337, 0, 0);

  private boolean json;
  private double seconds = 8;
  private String engine = "compiled";
  private Path token = Path.of("executor/contracts/token/token.wasm");

  private HostBench() {}

  /** Runs the benchmark; exit code 2 for arguments that are none. */
  public static void main(String[] args) {
    final HostBench bench = new HostBench();
    try {
      if (!bench.read(args)) {
        System.out.print(USAGE);
        return;
      }
      bench.run();
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(USAGE);
      System.exit(2);
    }
  }

  /** False when help is wanted. */
  private boolean read(String[] args) {
    for (int i = 0; i < args.length; i++) {
      final String name = args[i];
      switch (name) {
        case "-h", "--help" -> {
          return false;
        }
        case "--json" -> json = true;
        case "--seconds", "--engine", "--token" -> {
          if (++i == args.length) {
            throw new IllegalArgumentException(name + " needs a value");
          }
          switch (name) {
            case "--seconds" -> seconds = Double.parseDouble(args[i]);
            case "--engine" -> engine = args[i];
            default -> token = Path.of(args[i]);
          }
        }
        default -> throw new IllegalArgumentException("unknown argument " + name);
      }
    }
    return true;
  }

  private Engine newEngine() {
    return switch (engine) {
      case "compiled" -> new JvmEngine(new ChicoryEngine());
      case "interpreter" -> new ChicoryEngine();
      default ->
          throw new IllegalArgumentException("--engine is compiled or interpreter, not " + engine);
    };
  }

  /** Microseconds by the wall and of this thread's processor time. */
  private record Cost(double wall, double processor) {
    Cost minus(Cost other, int count) {
      return new Cost((wall - other.wall) / count, (processor - other.processor) / count);
    }
  }

  private void run() {
    final Cost call = crossCall();
    final Cost transfer = transfer();
    System.out.printf(
        Locale.ROOT,
        json
            ? "{\"subject\":\"host\",\"engine\":\"%s\",\"cross_call_us\":%.3f,"
                + "\"cross_call_cpu_us\":%.3f,\"token_transfer_us\":%.3f,"
                + "\"token_transfer_cpu_us\":%.3f}%n"
            : "host on %s: cross_call %.2f µs (%.2f on the processor; goal 10), token transfer "
                + "%.2f µs (%.2f on the processor; goal 15)%n",
        engine,
        call.wall(),
        call.processor(),
        transfer.wall(),
        transfer.processor());
  }

  /** One cross_call to a function that returns at once: many in one frame, less a frame without. */
  private Cost crossCall() {
    final TestChain chain = new TestChain(Puppets.rules(), newEngine());
    final Address a = chain.install("ann", Puppets.wasm(), new byte[0]);
    final Address b = chain.install("ben", Puppets.wasm(), new byte[0]);
    final Puppets.Script script = Puppets.script();
    for (int i = 0; i < CALLS; i++) {
      script.call(Puppets.CROSS, b, 0, -1, Puppets.RUN, new byte[0]);
    }
    final Cost many = micros(i -> execute(chain, a, "run", script.done()));
    final Cost none = micros(i -> execute(chain, a, "run", new byte[0]));
    return many.minus(none, CALLS);
  }

  /** A whole top-level call of the token: two loads, two stores, one event, three hashes. */
  private Cost transfer() {
    final TestChain chain =
        new TestChain(
            Rules.of(
                31_337, new Rules.Lifecycle(U128.ZERO, U128.ZERO, 10), Rules.Signatures.TRUSTED),
            newEngine());
    final Address contract;
    try {
      contract = chain.install("token", Files.readAllBytes(token), U128.of(1L << 60).toBytes());
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the token module " + token, e);
    }
    final byte[][] arguments = new byte[64][];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] =
          new BorshWriter()
              .hash32(TestChain.address("holder" + i).raw())
              .fixed(U128.of(1).toBytes())
              .toBytes();
      chain.call(contract, "transfer", arguments[i]);
    }
    return micros(i -> execute(chain, contract, "transfer", arguments[i & 63]));
  }

  private static void execute(TestChain chain, Address target, String function, byte[] calldata) {
    final Result result =
        chain.runtime.call(
            new Scope(
                chain.rules,
                WAVE,
                Hash32.ZERO,
                0,
                TestChain.ALICE,
                new Overlay(chain),
                List.of(),
                ExecutionGuard.NONE),
            new Call(
                TestChain.ALICE,
                target,
                function,
                calldata,
                U128.ZERO,
                false,
                false,
                1_000_000_000L));
    if (result.end() != End.SUCCESS) {
      throw new IllegalStateException(
          "the call ended in " + result.end() + ", code " + result.code());
    }
  }

  /** The medians of batches, after a warm-up. */
  private Cost micros(IntConsumer work) {
    final long span = (long) (seconds * 1e9);
    int count = 0;
    for (long start = System.nanoTime(); System.nanoTime() - start < span; count++) {
      work.accept(count);
    }
    final int batch = Math.max(1, count / 200);
    final double[] wall = new double[100];
    final double[] processor = new double[wall.length];
    for (int s = 0; s < wall.length; s++) {
      final long start = System.nanoTime();
      final long startProcessor = THREADS.getCurrentThreadCpuTime();
      for (int i = 0; i < batch; i++) {
        work.accept(i);
      }
      processor[s] = (THREADS.getCurrentThreadCpuTime() - startProcessor) / 1e3 / batch;
      wall[s] = (System.nanoTime() - start) / 1e3 / batch;
    }
    Arrays.sort(wall);
    Arrays.sort(processor);
    return new Cost(wall[wall.length / 2], processor[wall.length / 2]);
  }
}
