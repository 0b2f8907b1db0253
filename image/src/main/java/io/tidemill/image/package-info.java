/**
 * Builds the container image of a node, without a daemon and without a registry: a root file system
 * of a linked Java runtime, the C libraries it needs, the node's jars and its native libraries, as
 * an OCI archive.
 *
 * <p>Invariant: the same inputs give the same layers; every file has the same time, and nothing of
 * the machine that builds is in the image. The room knows no class of the node, only its jars.
 */
@NullMarked
package io.tidemill.image;

import org.jspecify.annotations.NullMarked;
