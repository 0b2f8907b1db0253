/** Tests of the container image: built, unpacked and run as a container would run it. */
@NullMarked
package io.tidemill.image;

import org.jspecify.annotations.NullMarked;
