/**
 * Transport security of every listener: the node's certificate and the authorities of its clients,
 * read again when their files change.
 *
 * <p>Invariant: files that do not fit each other leave what was there before.
 *
 * <p>Threads: everything is safe for use by many threads.
 */
@NullMarked
package io.tidemill.server.tls;

import org.jspecify.annotations.NullMarked;
