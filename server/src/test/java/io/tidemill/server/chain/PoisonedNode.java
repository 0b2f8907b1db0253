package io.tidemill.server.chain;

import io.tidemill.executor.wasm.ArtifactStore;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleCache;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.config.Setting;
import io.tidemill.server.jsonrpc.Extension;
import io.tidemill.server.testing.TestNode;
import io.tidemill.state.hash.Hash32;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * A node for which one module is poison: to compile it kills the process with SIGKILL, as a crash
 * of the JVM's compiler would. {@code PoisonedNode DATA_DIR CODE_HASH}.
 */
public final class PoisonedNode {
  private PoisonedNode() {}

  private record Poison(Engine engine, Hash32 poisonous) implements Engine {
    @Override
    public String name() {
      return engine.name();
    }

    @Override
    public CompiledModule compile(Module module, MeteringPlan plan, List<HostBinding> imports) {
      throw new IllegalStateException("a node always brings its artefacts");
    }

    @Override
    public CompiledModule compile(
        Module module,
        MeteringPlan plan,
        List<HostBinding> imports,
        ArtifactStore artifacts,
        ModuleCache.Key key) {
      if (module.codeHash().equals(poisonous)) {
        die();
      }
      return engine.compile(module, plan, imports, artifacts, key);
    }

    private static void die() {
      try {
        new ProcessBuilder("kill", "-KILL", Long.toString(ProcessHandle.current().pid())).start();
        Thread.sleep(60_000);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Entry point. */
  public static void main(String[] arguments) throws InterruptedException {
    final var config = TestNode.config(Map.of(Setting.DATA_DIR, arguments[0]));
    final Hash32 poisonous = Hash32.fromHex(arguments[1]);
    final TidemillNode node =
        TidemillNode.start(
            config,
            ChainOpener.open(config, engine -> new Poison(engine, poisonous)),
            Extension.NONE);
    System.out.printf(
        "{\"grpc_port\":%d,\"health_port\":%d,\"http_port\":%d}%n",
        node.grpcPort(), node.healthPort(), node.httpPort());
    Thread.currentThread().join();
  }
}
