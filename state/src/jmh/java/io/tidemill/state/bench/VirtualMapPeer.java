package io.tidemill.state.bench;

import com.hedera.pbj.runtime.io.buffer.Bytes;
import com.swirlds.config.api.Configuration;
import com.swirlds.config.api.ConfigurationBuilder;
import com.swirlds.merkledb.MerkleDbDataSourceBuilder;
import com.swirlds.merkledb.config.MerkleDbConfig;
import com.swirlds.virtualmap.VirtualMap;
import com.swirlds.virtualmap.config.VirtualMapConfig;
import io.tidemill.state.StateDelta;
import java.nio.file.Path;
import org.hiero.base.crypto.config.CryptoConfig;
import org.hiero.base.file.FileSystemManager;

/**
 * {@code com.hedera.hashgraph:swirlds-virtualmap} over its MerkleDb, as its makers use it: a batch
 * goes into the mutable copy, which is then replaced by the next one and hashed. It hashes with
 * SHA-384, on its own threads, and flushes in the background.
 */
final class VirtualMapPeer implements AutoCloseable {
  private VirtualMap map;

  VirtualMapPeer(Path directory, long keys) {
    final Configuration configuration =
        ConfigurationBuilder.create()
            .withConfigDataType(VirtualMapConfig.class)
            .withConfigDataType(MerkleDbConfig.class)
            .withConfigDataType(CryptoConfig.class)
            .build();
    map =
        new VirtualMap(
            new MerkleDbDataSourceBuilder(configuration, new FileSystemManager(directory), keys),
            configuration);
  }

  /** Applies {@code delta} and returns when the root hash is known. */
  void update(StateDelta delta) {
    for (final StateDelta.Entry entry : delta) {
      final byte[] value = entry.value();
      if (value != null) {
        map.putBytes(Bytes.wrap(entry.key().raw().toBytes()), Bytes.wrap(value));
      }
    }
    final VirtualMap next = map.copy();
    if (map.getHash() == null) {
      throw new IllegalStateException("the peer has no root");
    }
    map.release();
    map = next;
  }

  @Override
  public void close() {
    map.release();
  }
}
