package io.tidemill.server.chain;

import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.state.hash.Hash32;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a compiled module depends on beside itself and the rules: the compiler and the classes that
 * its code calls, the JDK, and the flags of the JVM, which decide what the compiler takes on.
 * Nobody has to remember to raise a version: whatever changes the executor's class files changes
 * this.
 */
final class EngineBuild {
  private EngineBuild() {}

  /** The hash of all of it in this process. */
  static Hash32 hash() throws IOException {
    final MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    digest.update(
        (Runtime.version() + "/" + System.getProperty("java.vm.name"))
            .getBytes(StandardCharsets.UTF_8));
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("-XX:")) {
        digest.update(flag.getBytes(StandardCharsets.UTF_8));
      }
    }
    final CodeSource source = JvmEngine.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw new IOException("the executor's classes come from nowhere");
    }
    final Path classes;
    try {
      classes = Path.of(source.getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException("the executor's classes are at " + source.getLocation(), e);
    }
    try (Stream<Path> all = Files.walk(classes);
        DigestOutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      final List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
      for (Path file : files) {
        digest.update(classes.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
        try (InputStream in = Files.newInputStream(file)) {
          in.transferTo(sink);
        }
      }
    }
    return Hash32.of(digest.digest());
  }
}
