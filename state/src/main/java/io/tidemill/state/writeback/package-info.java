/**
 * Acknowledged waves whose values and tree nodes are not in the database's tables yet. What a wave
 * did is durable as one row of its log; the rest of it waits here and is written for several waves
 * at once.
 *
 * <pre>
 *             commit                  flush begins               flush is durable
 *  (proposed) ------> Dirty ------------------------> Pending ----------------------> Clean
 *                       | in the log, and here            | in the log, here, and       | in the
 *                       |                                 | being written               | tables
 *                       +------------- crash: replayed from the log as Dirty
 *                                      <------------------+
 *
 *  Dirty    read from here; the log row makes it survive a crash
 *  Pending  read from here still; new waves go on top, and wait when too many wait already
 *  Clean    read from the tables and the caches; the log row is gone, in the same batch
 * </pre>
 *
 * <p>Invariant: every layer here is immutable, and so is every stack of layers. A reader holds one
 * stack together with the view of the database that it lies on, so it sees one wave as a whole
 * whatever is flushed meanwhile.
 *
 * <p>Threads: everything here is safe for use by many threads.
 *
 * <p>This room knows no database: rows are written and read by {@code state.rocks}. Source:
 * state-and-transactions 3.9.
 */
@NullMarked
package io.tidemill.state.writeback;

import org.jspecify.annotations.NullMarked;
