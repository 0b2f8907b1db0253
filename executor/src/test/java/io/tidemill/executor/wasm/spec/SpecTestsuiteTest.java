package io.tidemill.executor.wasm.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemill.executor.wasm.LinkingEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the WebAssembly spec scripts, which are not part of the repository: {@code
 * TIDEMILL_SPEC_DIR} as an environment variable or system property names their folder, else {@code
 * ../shared/spec-testsuite} beside the repository is tried.
 */
class SpecTestsuiteTest {
  private static final String VARIABLE = "TIDEMILL_SPEC_DIR";

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldPassEveryAssertionThatIsNotADeviation(Supplier<LinkingEngine> engines)
      throws IOException {
    final Optional<Path> folder = folder();
    assumeTrue(
        folder.isPresent(),
        "no WebAssembly spec scripts: set " + VARIABLE + " to a folder with .wast files");
    assumeTrue(SpecRunner.converterPresent(), "wast2json (package wabt) is not installed");

    final SpecReport report = new SpecRunner(engines).runAll(folder.get(), line -> {});

    report.notes().forEach(System.out::println);
    System.out.println(report.summary());
    assertThat(report.failures()).isEmpty();
    assertThat(report.passed()).isGreaterThan(25_000);
  }

  private static Optional<Path> folder() {
    final String named = System.getProperty(VARIABLE, System.getenv(VARIABLE));
    if (named != null) {
      return Optional.of(Path.of(named));
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve("executor")) && Files.isRegularFile(at.resolve("pom.xml"))) {
        return Optional.of(at.resolve("../shared/spec-testsuite").normalize())
            .filter(Files::isDirectory);
      }
    }
    return Optional.empty();
  }
}
