package io.tidemill.executor.wasm.jvm;

/** A class file and the name of the class in it. */
record ClassBytes(String name, byte[] bytes) {}
