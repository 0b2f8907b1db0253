package io.tidemill.server.grpc;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.tidemill.server.config.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A listener on a Unix domain socket, for a consensus client in the same pod. */
final class UnixSocket implements AutoCloseable {
  private final Path path;
  private final MultiThreadIoEventLoopGroup boss;
  private final MultiThreadIoEventLoopGroup workers;

  /** Takes the place of a socket that an earlier process left behind. */
  UnixSocket(Path path) throws IOException {
    if (!Epoll.isAvailable()) {
      throw new ConfigException("grpc.socket: this platform has no epoll; use grpc.port");
    }
    Files.deleteIfExists(path);
    this.path = path;
    this.boss = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    this.workers = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  }

  NettyServerBuilder builder() {
    return NettyServerBuilder.forAddress(new DomainSocketAddress(path.toFile()));
  }

  NettyServerBuilder configure(NettyServerBuilder builder) {
    return builder
        .channelType(EpollServerDomainSocketChannel.class)
        .bossEventLoopGroup(boss)
        .workerEventLoopGroup(workers);
  }

  @Override
  public void close() {
    // The loops end on their own; nothing depends on when.
    final var _ = boss.shutdownGracefully().awaitUninterruptibly();
    final var _ = workers.shutdownGracefully().awaitUninterruptibly();
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove the socket " + path, e);
    }
  }
}
