package io.tidemill.executor.wasm;

import org.jspecify.annotations.Nullable;

/**
 * Where what a backend made of a module outlives the process. To have lost something is only slow,
 * so neither method fails. Safe for use by many threads. Source: decisions S5.
 */
public interface ArtifactStore {
  /** Keeps nothing. */
  ArtifactStore NONE =
      new ArtifactStore() {
        @Override
        public byte @Nullable [] load(ModuleCache.Key key) {
          return null;
        }

        @Override
        public void save(ModuleCache.Key key, byte[] artifact) {}
      };

  /**
   * What the same backend, in the same build on the same JVM, has saved under {@code key}, to the
   * last bit; or null.
   */
  byte @Nullable [] load(ModuleCache.Key key);

  /** Keeps {@code artifact}, which must not be changed any more. Does not wait for a disk. */
  void save(ModuleCache.Key key, byte[] artifact);

  /** The same for whoever may read but not write. */
  default ArtifactStore readOnly() {
    final ArtifactStore all = this;
    return new ArtifactStore() {
      @Override
      public byte @Nullable [] load(ModuleCache.Key key) {
        return all.load(key);
      }

      @Override
      public void save(ModuleCache.Key key, byte[] artifact) {}
    };
  }
}
