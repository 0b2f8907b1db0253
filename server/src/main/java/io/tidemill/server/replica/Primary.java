package io.tidemill.server.replica;

import com.google.protobuf.ByteString;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.TidemillClient;
import io.tidemill.server.config.ConfigException;
import io.tidemill.state.hash.Hash32;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.GetCodeRequest;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.SubscribeWavesRequest;
import io.tidemill.v1.SubscribeWavesResponse;
import java.util.Iterator;

/** The node that is followed, over its reader port. Safe for use by many threads. */
public final class Primary implements AutoCloseable {
  private final String address;
  private final TidemillClient client;

  /**
   * Connects at the first request.
   *
   * @param address host:port of the reader port
   */
  public Primary(String address) {
    final int colon = address.lastIndexOf(':');
    try {
      this.client =
          TidemillClient.connect(
              ClientOptions.plaintext(
                  address.substring(0, Math.max(0, colon)),
                  Integer.parseInt(address.substring(colon + 1))));
    } catch (NumberFormatException e) {
      throw new ConfigException("replica.primary must be host:port, and is " + address);
    }
    this.address = address;
  }

  /** Where it is. */
  String address() {
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
