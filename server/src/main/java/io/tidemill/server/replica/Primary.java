package io.tidemill.server.replica;

import com.google.protobuf.ByteString;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.ClientTls;
import io.tidemill.client.TidemillClient;
import io.tidemill.server.config.PrimaryAddress;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.state.hash.Hash32;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.GetCodeRequest;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.SubscribeWavesRequest;
import io.tidemill.v1.SubscribeWavesResponse;
import java.util.Iterator;

/** The node that is followed, over its reader port. Safe for use by many threads. */
public final class Primary implements AutoCloseable {
  private final PrimaryAddress address;
  private final TidemillClient client;

  /**
   * Connects at the first request.
   *
   * @param tls this node's own security: its certificate is shown to a primary that asks for one
   */
  public Primary(PrimaryAddress address, SidecarConfig.Tls tls) {
    final ClientOptions plain = ClientOptions.plaintext(address.host(), address.port());
    this.client =
        TidemillClient.connect(address.encrypted() ? plain.withTls(security(address, tls)) : plain);
    this.address = address;
  }

  private static ClientTls security(PrimaryAddress address, SidecarConfig.Tls tls) {
    return new ClientTls(address.ca(), tls.certificate(), tls.key(), null);
  }

  /** Where it is. */
  PrimaryAddress address() {
    return address;
  }

  GetInfoResponse info() {
    return client.reader().info();
  }

  TidemillClient client() {
    return client;
  }

  /** The module with this hash. */
  byte[] code(Hash32 codeHash) {
    return client
        .reader()
        .code(
            GetCodeRequest.newBuilder()
                .setCodeHash(ByteString.copyFrom(codeHash.toBytes()))
                .build())
        .getWasm()
        .toByteArray();
  }

  /** Every committed wave from {@code wave} on, as it is stored; blocks while there is none. */
  Iterator<SubscribeWavesResponse> wavesFrom(long wave) {
    return ExecutionServiceGrpc.newBlockingStub(client.channel())
        .subscribeWaves(
            SubscribeWavesRequest.newBuilder()
                .setFromWave(wave)
                .setWantStateDiff(true)
                .setWantStored(true)
                .build());
  }

  @Override
  public void close() {
    client.close();
  }
}
