package io.tidemill.server.author;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds what {@code contract test} runs in a contract's folder: manifest, module and test files.
 * Source: manifest-and-tests 2.1.
 */
public final class TestDiscovery {
  private TestDiscovery() {}

  /** The suites of the contract in {@code folder}; {@code wasm} overrides its module. */
  public static List<TestSuite> suites(Path folder, @Nullable Path wasm) throws AuthorException {
    final Manifest manifest = ManifestReader.read(folder.resolve("otigen.toml"));
    final Path module = wasm != null ? wasm : module(folder, manifest);
    final List<TestSuite> suites = new ArrayList<>();
    final List<Problem> problems = new ArrayList<>();
    for (Path file : files(folder, manifest)) {
      try {
        suites.add(TestFileReader.read(file, module, manifest));
      } catch (AuthorException e) {
        problems.addAll(e.problems());
      }
    }
    if (!problems.isEmpty()) {
      throw new AuthorException(problems);
    }
    return suites;
  }

  private static Path module(Path folder, Manifest manifest) throws AuthorException {
    final String output = manifest.output();
    final Path module = folder.resolve(output != null ? output : manifest.name() + ".wasm");
    if (!Files.exists(module)) {
      throw new AuthorException("WasmNotFound", module.toString(), "build the contract first");
    }
    return module;
  }

  private static List<Path> files(Path folder, Manifest manifest) throws AuthorException {
    final String named = manifest.tests();
    final Path tests = folder.resolve(named != null ? named : "tests");
    try {
      for (String pattern : List.of("*.test.toml", "*.toml")) {
        final List<Path> found = list(tests, pattern);
        if (!found.isEmpty()) {
          return found;
        }
      }
    } catch (IOException e) {
      throw new AuthorException("NotReadable", tests.toString(), "cannot be listed: " + e);
    }
    final Path single = folder.resolve("contract.test.toml");
    return Files.exists(single) ? List.of(single) : List.of();
  }

  private static List<Path> list(Path folder, String pattern) throws IOException {
    final List<Path> files = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, pattern)) {
        for (Path file : stream) {
          files.add(file);
        }
      }
    }
    Collections.sort(files);
    return files;
  }
}
