/**
 * Protobuf messages to values of the other rooms and back.
 *
 * <p>Invariant: every field is checked here: its length, its range, its presence. What comes out is
 * well-formed; what is not is refused with the name of the field.
 *
 * <p>Threads: everything is stateless.
 *
 * <p>This room does nothing with what it translates. Protobuf bytes are never hashed.
 */
@NullMarked
package io.tidemill.server.wire;

import org.jspecify.annotations.NullMarked;
