/**
 * What a contract says about itself: the {@code pyde.abi} custom section, its functions,
 * attributes, events, state schema and types, as values and as bytes.
 *
 * <p>Invariant: decoding is total (any bytes give an ABI or a refusal that names the rule and the
 * byte), it allocates nothing from a count that the remaining bytes cannot hold, and what it
 * accepts encodes back to the same bytes.
 *
 * <p>Threads: everything here is immutable or confined to one call.
 *
 * <p>This room knows no engine, no state and no file format but the section's own; whether a module
 * lives up to what its section says is the deploy gate's business.
 */
@NullMarked
package io.tidemill.executor.abi;

import org.jspecify.annotations.NullMarked;
