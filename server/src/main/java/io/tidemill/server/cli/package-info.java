/**
 * The command line: one class per command group, each of which parses, calls a room and prints.
 *
 * <p><b>Invariant:</b> a command's exit code is honest: 0 when what was asked for was done, 1 when
 * the thing it checked or ran failed, 2 when it was called wrongly. Standard output carries the
 * answer and nothing else; progress and complaints go to standard error.
 *
 * <p><b>Threads:</b> a command runs on the main thread of its own process.
 *
 * <p><b>Does not know:</b> how anything is done. No rule of the chain is decided here.
 */
@NullMarked
package io.tidemill.server.cli;

import org.jspecify.annotations.NullMarked;
