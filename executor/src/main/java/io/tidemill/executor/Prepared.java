package io.tidemill.executor;

import io.tidemill.executor.signature.CheckedSignatures;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * A wave entry after the pre-pass: decoded, hashed, and its signature checked against the key that
 * the sender had before the wave. Pure work that needs no order.
 *
 * @param transaction null when the bytes are none
 * @param malformed why they are none, else null
 * @param hash the transaction hash; Blake3 of the bytes when they do not decode (decisions S11)
 * @param digest Blake3 of the bytes
 * @param checkedKey the public key that {@code signatureValid} is about, or null when unchecked
 * @param bundle the signatures of a treasury multisig that were checked, or null
 */
public record Prepared(
    Wave.Entry entry,
    @Nullable Transaction transaction,
    @Nullable String malformed,
    Hash32 hash,
    Hash32 digest,
    byte @Nullable [] checkedKey,
    boolean signatureValid,
    @Nullable CheckedSignatures bundle) {}
