/**
 * What a node promises about its state, asked of whole nodes: proofs, snapshots, sessions, and what
 * is left after a kill or a fault.
 */
@NullMarked
package io.tidemill.server.durability;

import org.jspecify.annotations.NullMarked;
