/**
 * The host ABI: every function a contract may import, the frames of nested calls, and the gate a
 * module passes before it is deployed.
 *
 * <p>Invariant: each function charges, checks and acts in the order of host-abi 2.1, and a frame
 * that fails leaves nothing behind but its gas.
 *
 * <p>Threads: a runtime is shared by all workers; a call context belongs to the worker that runs
 * the call.
 *
 * <p>This room knows no envelope, signature or fee.
 */
@NullMarked
package io.tidemill.executor.host;

import org.jspecify.annotations.NullMarked;
