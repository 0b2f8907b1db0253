/** The documentation does what it says: its commands are run, its configurations and tests read. */
package io.tidemill.server.docs;
