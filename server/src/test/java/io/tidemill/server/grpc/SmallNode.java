package io.tidemill.server.grpc;

import io.tidemill.server.config.Setting;
import io.tidemill.server.testing.TestNode;
import io.tidemill.state.memory.MemoryStateStore;
import java.util.Map;

/** A node that keeps few waves, as a program, for a process with a small heap. */
final class SmallNode {
  private SmallNode() {}

  public static void main(String[] arguments) throws InterruptedException {
    final TestNode node =
        new TestNode(
            Map.of(Setting.DATA_RETAIN_WAVES, "4"),
            store -> TestNode.withGenesis(MemoryStateStore.create(4)));
    System.out.println(
        "{\"grpc_port\":"
            + node.node.grpcPort()
            + ",\"http_port\":"
            + node.node.httpPort()
            + ",\"health_port\":"
            + node.node.healthPort()
            + "}");
    Thread.currentThread().join();
  }
}
