package io.tidemill.executor.host;

import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.wasm.ModuleCache;
import io.tidemill.state.hash.Hash32;

/** Where frames find code that is ready to run. Safe for use by many threads. */
public interface CodeStore {
  /**
   * The code with this hash. Whether it was compiled before cannot be observed.
   *
   * @param use who asks: simulations cannot displace what consensus keeps
   * @throws io.tidemill.executor.NodeFault if the state names code that is not there or no longer
   *     passes
   */
  ContractCode load(Overlay overlay, Hash32 codeHash, ModuleCache.Use use);
}
