package io.tidemill.executor.wasm;

/**
 * What host functions find behind an instance. The engine carries it and never looks inside; the
 * host room casts it to its own type.
 */
public interface HostContext {}
