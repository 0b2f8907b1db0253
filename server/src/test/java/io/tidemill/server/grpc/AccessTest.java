package io.tidemill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.tidemill.server.config.ConfigException;
import io.tidemill.server.config.Setting;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.testing.TestNode;
import io.tidemill.v1.CommitWaveRequest;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.GetInfoRequest;
import io.tidemill.v1.StateServiceGrpc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTest {
  private static final byte[] SECRET = HexFormat.of().parseHex("5a".repeat(32));

  @TempDir private Path folder;

  private static String token(String header, String claims, byte[] secret) throws Exception {
    final Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    final String text =
        encoder.encodeToString(header.getBytes(StandardCharsets.UTF_8))
            + "."
            + encoder.encodeToString(claims.getBytes(StandardCharsets.UTF_8));
    final Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    return "Bearer "
        + text
        + "."
        + encoder.encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void shouldAcceptTokensNearTheClockAndRefuseEverythingElse() throws Exception {
    final Tokens tokens = new Tokens(SECRET, Duration.ofSeconds(60), () -> 1_000_000);
    final String hs256 = "{\"alg\":\"HS256\"}";
    assertThatCode(() -> tokens.check(token(hs256, "{\"iat\":1000060,\"x\":1}", SECRET)))
        .doesNotThrowAnyException();
    assertThatCode(() -> tokens.check(token(hs256, "{\"iat\":999940}", SECRET)))
        .doesNotThrowAnyException();
    final Map<String, String> wrong =
        Map.of(
            token(hs256, "{\"iat\":1000061}", SECRET),
            "TOKEN_TIME_OUT_OF_WINDOW",
            token(hs256, "{\"iat\":-9223372036854775808}", SECRET),
            "TOKEN_TIME_OUT_OF_WINDOW",
            token(hs256, "{\"iat\":1000000}", new byte[32]),
            "UNAUTHENTICATED",
            token(hs256, "{}", SECRET),
            "UNAUTHENTICATED",
            token(hs256, "{\"iat\":\"now\"}", SECRET),
            "UNAUTHENTICATED",
            token("{\"alg\":\"none\"}", "{\"iat\":1000000}", SECRET),
            "UNAUTHENTICATED",
            token("[]", "{\"iat\":1000000}", SECRET),
            "UNAUTHENTICATED",
            "Bearer a.b",
            "UNAUTHENTICATED",
            "Bearer !.!.!",
            "UNAUTHENTICATED",
            "Basic dXNlcg==",
            "UNAUTHENTICATED");
    wrong.forEach(
        (token, reason) ->
            assertThatThrownBy(() -> tokens.check(token))
                .as(token)
                .isInstanceOfSatisfying(
                    Refusal.class,
                    refusal -> assertThat(refusal.reason().name()).isEqualTo(reason)));
  }

  @Test
  void shouldDecideEveryMethodForEveryRole() {
    for (var service :
        java.util.List.of(
            ExecutionServiceGrpc.getServiceDescriptor(), StateServiceGrpc.getServiceDescriptor())) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        final String name = method.getFullMethodName();
        final boolean changes =
            name.matches(".*/(ExecuteWave|CommitWave|RollbackWave|CreateSnapshot)");
        final boolean works = name.matches(".*/(Deploy|OpenSession|Session[A-Z].*|DeleteCommit)");
        assertThat(Role.CONSENSUS.may(name)).as(name).isTrue();
        assertThat(Role.DEPLOYER.may(name)).as(name).isEqualTo(!changes);
        assertThat(Role.READER.may(name)).as(name).isEqualTo(!changes && !works);
      }
    }
    assertThat(Role.READER.may("tidemill.v1.ExecutionService/Unheard")).isFalse();
  }

  private static void shouldFail(Runnable call, Status.Code code) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            status -> assertThat(status.getStatus().getCode()).isEqualTo(code));
  }

  @Test
  void shouldKeepReadersFromWritingAndAskForTokensWhereTheyAreOn() throws Exception {
    final Path secret = Files.writeString(folder.resolve("jwt.hex"), "5a".repeat(32) + "\n");
    try (TestNode node =
        new TestNode(
            Map.of(Setting.GRPC_READER_PORT, "0", Setting.AUTH_JWT_SECRET, secret.toString()))) {
      final var unsigned = node.execution();
      shouldFail(
          () -> unsigned.getInfo(GetInfoRequest.getDefaultInstance()), Status.Code.UNAUTHENTICATED);
      final Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
          token(
              "{\"alg\":\"HS256\"}",
              "{\"iat\":" + System.currentTimeMillis() / 1_000 + "}",
              SECRET));
      assertThat(
              unsigned
                  .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                  .getInfo(GetInfoRequest.getDefaultInstance())
                  .getChainId())
          .isEqualTo(31_337);
      final ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", node.node.readerPort())
              .usePlaintext()
              .build();
      final var reader = ExecutionServiceGrpc.newBlockingStub(channel);
      assertThat(reader.getInfo(GetInfoRequest.getDefaultInstance()).getChainId())
          .isEqualTo(31_337);
      shouldFail(
          () -> reader.commitWave(CommitWaveRequest.getDefaultInstance()),
          Status.Code.PERMISSION_DENIED);
      channel.shutdownNow();
    }
  }

  /**
   * The names of the services, as a tool like grpcurl asks for them, or what it is refused with.
   */
  private static String reflected(ManagedChannel channel) throws InterruptedException {
    final CompletableFuture<String> answer = new CompletableFuture<>();
    final StreamObserver<ServerReflectionRequest> call =
        ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    answer.complete(
                        response.getListServicesResponse().getServiceList().stream()
                            .map(ServiceResponse::getName)
                            .collect(Collectors.joining(" ")));
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.complete(Status.fromThrowable(failure).getCode().name());
                  }

                  @Override
                  public void onCompleted() {}
                });
    call.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    final String names = answer.orTimeout(20, TimeUnit.SECONDS).join();
    channel.shutdownNow();
    return names;
  }

  @Test
  void shouldReflectWhenToldToAndNotToReaders() throws InterruptedException {
    try (TestNode node =
        new TestNode(Map.of(Setting.GRPC_REFLECTION, "true", Setting.GRPC_READER_PORT, "0"))) {
      assertThat(reflected(node.channel()))
          .contains("tidemill.v1.ExecutionService", "tidemill.v1.StateService");
      assertThat(
              reflected(
                  NettyChannelBuilder.forAddress("127.0.0.1", node.node.readerPort())
                      .usePlaintext()
                      .build()))
          .isIn("UNIMPLEMENTED", "PERMISSION_DENIED");
    }
    try (TestNode node = new TestNode()) {
      assertThat(reflected(node.channel())).isIn("UNIMPLEMENTED", "PERMISSION_DENIED");
    }
  }

  @Test
  void shouldServeAUnixSocket() {
    final Path socket = folder.resolve("tidemill.sock");
    try (TestNode node = new TestNode(Map.of(Setting.GRPC_SOCKET, socket.toString()))) {
      assertThat(node.node.grpcPort()).isPositive();
      final MultiThreadIoEventLoopGroup group =
          new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
      final ManagedChannel channel =
          NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
              .channelType(EpollDomainSocketChannel.class)
              .eventLoopGroup(group)
              .usePlaintext()
              .build();
      assertThat(
              ExecutionServiceGrpc.newBlockingStub(channel)
                  .getInfo(GetInfoRequest.getDefaultInstance())
                  .getChainId())
          .isEqualTo(31_337);
      channel.shutdownNow();
      group.shutdownGracefully();
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void shouldRefuseToStartWithASecretItCannotUse() throws IOException {
    final Path missing = folder.resolve("missing");
    final Path broken = Files.writeString(folder.resolve("broken"), "secret");
    for (Path file : java.util.List.of(missing, broken)) {
      assertThatThrownBy(
              () -> new TestNode(Map.of(Setting.AUTH_JWT_SECRET, file.toString())).close())
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("auth.jwt-secret");
    }
  }

  @Test
  void shouldTellTheTruthOnTheHealthPort() {
    try (TestNode node = new TestNode()) {
      final ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", node.node.healthPort())
              .usePlaintext()
              .build();
      final var health = HealthGrpc.newBlockingStub(channel);
      assertThat(check(health, "")).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
      assertThat(check(health, "readiness")).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
      assertThatThrownBy(() -> node.execute(1, "fault")).isInstanceOf(StatusRuntimeException.class);
      assertThat(check(health, "readiness"))
          .isEqualTo(HealthCheckResponse.ServingStatus.NOT_SERVING);
      assertThat(check(health, "liveness"))
          .isEqualTo(HealthCheckResponse.ServingStatus.NOT_SERVING);
      channel.shutdownNow();
    }
  }

  private static HealthCheckResponse.ServingStatus check(
      HealthGrpc.HealthBlockingStub health, String service) {
    return health.check(HealthCheckRequest.newBuilder().setService(service).build()).getStatus();
  }
}
