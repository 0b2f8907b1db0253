/**
 * Options that the command lines of client programs share.
 *
 * <p><b>Does not know:</b> what the commands do.
 */
@NullMarked
package io.tidemill.client.cli;

import org.jspecify.annotations.NullMarked;
