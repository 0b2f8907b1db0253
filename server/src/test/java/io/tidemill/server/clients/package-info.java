/**
 * What the client libraries of all languages are measured by: their shared vectors, made by the
 * node's own code, and their examples against real nodes.
 */
@NullMarked
package io.tidemill.server.clients;

import org.jspecify.annotations.NullMarked;
