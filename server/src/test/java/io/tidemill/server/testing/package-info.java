/** Fakes and fixtures that several tests share. */
@NullMarked
package io.tidemill.server.testing;

import org.jspecify.annotations.NullMarked;
