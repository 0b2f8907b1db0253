/**
 * The reference consensus client: a small program that drives one or more nodes with the waves of a
 * file as a consensus client should. It shakes hands, replays what a node lacks, executes and
 * commits in two steps, sends again after a broken stream, and compares what the nodes say.
 *
 * <p>{@link io.tidemill.client.consensus.ConsensusCommand} is its command line, {@link
 * io.tidemill.client.consensus.ConsensusRun} the run, {@link
 * io.tidemill.client.consensus.Agreement} the place where the nodes meet.
 *
 * <p><b>Invariant:</b> a wave is committed on a node only after as many nodes as asked for have
 * said the same about it, and nothing is committed after a disagreement.
 *
 * <p><b>Threads:</b> one virtual thread per node; they meet in the agreement.
 *
 * <p><b>Does not know:</b> any code of a node. It is written against the protocol, to be read by
 * people who write their own.
 */
@NullMarked
package io.tidemill.client.consensus;

import org.jspecify.annotations.NullMarked;
