package io.tidemill.server;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The walls of docs/ARCHITECTURE.md, checked on the compiled classes of every module. */
class ArchitectureTest {
  private static final String EXECUTOR = "io.tidemill.executor..";
  private static final String STATE = "io.tidemill.state..";
  private static final String SERVER = "io.tidemill.server..";
  private static final String CLIENT = "io.tidemill.client..";

  /** Rooms whose results reach a root or a receipt. */
  private static final String[] CONSENSUS = {
    EXECUTOR,
    "io.tidemill.state",
    "io.tidemill.state.hash..",
    "io.tidemill.state.merkle..",
    "io.tidemill.state.proof..",
  };

  private static JavaClasses ours;

  @BeforeAll
  static void readClasses() {
    ours =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.tidemill");
  }

  @Test
  void shouldKeepStateIgnorantOfWasmAndWire() {
    check(
        noClasses()
            .that()
            .resideInAPackage(STATE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                EXECUTOR,
                SERVER,
                CLIENT,
                "io.tidemill.v1..",
                "io.grpc..",
                "com.google.protobuf..",
                "com.dylibso.chicory.."));
  }

  @Test
  void shouldKeepExecutorIgnorantOfWireAndDisk() {
    check(
        noClasses()
            .that()
            .resideInAPackage(EXECUTOR)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                SERVER,
                CLIENT,
                "io.tidemill.v1..",
                "io.grpc..",
                "com.google.protobuf..",
                "org.rocksdb..",
                "io.tidemill.state.rocks.."));
  }

  @Test
  void shouldKeepTheClientIndependentOfTheNode() {
    check(
        noClasses()
            .that()
            .resideInAPackage(CLIENT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SERVER, EXECUTOR, STATE));
  }

  @Test
  void shouldHaveOneDoorToTheReferenceInterpreter() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("io.tidemill.executor.wasm.chicory..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.dylibso.chicory.."));
  }

  @Test
  void shouldHaveOneDoorToTheDatabase() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("io.tidemill.state.rocks..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.rocksdb.."));
  }

  @Test
  void shouldKeepGeneratedMessagesAtTheEdge() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage("io.tidemill.server.pipeline..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.tidemill.v1..", "com.google.protobuf..", "io.grpc.."));
  }

  @Test
  void shouldKeepTreeProofAndHashPure() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(
                "io.tidemill.state.merkle..",
                "io.tidemill.state.proof..",
                "io.tidemill.state.hash..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "java.io..",
                "java.nio.file..",
                "java.nio.channels..",
                "java.net..",
                "org.rocksdb.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("io.tidemill.state.hash..")
            .should()
            .dependOnClassesThat(
                resideInAPackage("io.tidemill..")
                    .and(DescribedPredicate.not(resideInAPackage("io.tidemill.state.hash..")))));
  }

  @Test
  void shouldHaveNoCyclesBetweenRoomsOfState() {
    check(slices().matching("io.tidemill.state.(*)..").should().beFreeOfCycles());
  }

  @Test
  void shouldHaveNoCyclesBetweenRoomsOfTheServer() {
    check(slices().matching("io.tidemill.server.(*)..").should().beFreeOfCycles());
  }

  @Test
  void shouldHaveNoCyclesBetweenRoomsOfTheExecutor() {
    check(slices().matching("io.tidemill.executor.(*)..").should().beFreeOfCycles());
  }

  @Test
  void shouldReadNoClockAndRollNoDiceInConsensusCode() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(CONSENSUS)
            .should()
            .callMethodWhere(
                describe(
                    "reads a clock, randomness, the environment or a default of the machine",
                    call -> forbidden(call.getTarget()))));
    check(
        noClasses()
            .that()
            .resideInAnyPackage(CONSENSUS)
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.Random")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.security.SecureRandom")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.UUID")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.IdentityHashMap")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("java.time.."));
  }

  @Test
  void shouldMakeEveryExecutorExceptionOneOfTheKnownFates() {
    check(
        classes()
            .that()
            .resideInAPackage(EXECUTOR)
            .and()
            .areAssignableTo(Throwable.class)
            .should()
            .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL));
  }

  private static final Set<String> CLOCKS =
      Set.of("currentTimeMillis", "nanoTime", "getenv", "getProperty", "identityHashCode");

  private static boolean forbidden(AccessTarget.CodeUnitCallTarget target) {
    String owner = target.getOwner().getFullName();
    String name = target.getName();
    List<JavaClass> parameters = target.getRawParameterTypes();
    return switch (owner) {
      case "java.lang.System" -> CLOCKS.contains(name);
      case "java.lang.Math" -> name.equals("random");
      // Without a charset or a locale these take the machine's.
      case "java.lang.String" ->
          (name.equals("getBytes") && parameters.isEmpty())
              || (name.equals("format")
                  && !parameters.getFirst().getFullName().equals("java.util.Locale"))
              || ((name.equals("toLowerCase") || name.equals("toUpperCase"))
                  && parameters.isEmpty())
              || name.equals("formatted");
      case "java.util.Locale" -> name.equals("getDefault");
      case "java.nio.charset.Charset" -> name.equals("defaultCharset");
      default -> false;
    };
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(ours);
  }
}
