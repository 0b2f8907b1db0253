/**
 * Files of waves: generated, recorded, sent to others and replayed against a running node.
 *
 * <p>Invariant: a file says its version and reads back to what was written; a replay sends exactly
 * what the file holds.
 *
 * <p>Threads: stateless.
 *
 * <p>This room knows the node by its protocol only.
 */
@NullMarked
package io.tidemill.client.wavefile;

import org.jspecify.annotations.NullMarked;
