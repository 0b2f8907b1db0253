/**
 * Tests of the Helm chart: Helm renders it in this process, and what comes out is held against the
 * types of the Kubernetes API, against the node's own configuration reader and against the metrics
 * it really has. No cluster is needed, and none is talked to.
 */
@NullMarked
package io.tidemill.helm;

import org.jspecify.annotations.NullMarked;
