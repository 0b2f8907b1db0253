package io.tidemill.server.author;

import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.abi.ContractAbi.TypeDef;
import io.tidemill.executor.abi.ParamType;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an {@code otigen.toml} says. Lists keep the order of the file. Source: manifest-and-tests 1.
 *
 * @param file where it was read
 * @param abiVersion the version word the author asks for, or 0
 * @param language {@code c}, {@code rust}, {@code as}, {@code go}, or null
 * @param output the built module, or null; relative to the manifest's folder
 * @param tests the folder of the tests, or null for {@code tests}
 */
public record Manifest(
    Path file,
    String name,
    String version,
    ContractType type,
    int abiVersion,
    @Nullable String language,
    @Nullable String output,
    @Nullable String tests,
    List<Function> functions,
    List<Field> state,
    List<TypeDef> types,
    List<ContractAbi.Event> events,
    List<String> warnings) {

  /** One declared function; {@code attributes} are bits. */
  public record Function(
      String name,
      int attributes,
      List<ParamType> inputs,
      List<ParamType> outputs,
      List<String> accessList) {}

  /** One field of storage; a struct is a {@link ParamType.Custom}. */
  public record Field(String name, List<ParamType> keys, ParamType value) {}

  public Manifest {
    functions = List.copyOf(functions);
    state = List.copyOf(state);
    types = List.copyOf(types);
    events = List.copyOf(events);
    warnings = List.copyOf(warnings);
  }

  /** The function called {@code functionName}, or null. */
  public @Nullable Function function(String functionName) {
    for (Function function : functions) {
      if (function.name().equals(functionName)) {
        return function;
      }
    }
    return null;
  }

  /** The type called {@code typeName}, or null. */
  public @Nullable TypeDef typeOf(String typeName) {
    for (TypeDef definition : types) {
      if (definition.name().equals(typeName)) {
        return definition;
      }
    }
    return null;
  }

  /** The folder that relative paths of the manifest start from. */
  public Path folder() {
    final Path parent = file.toAbsolutePath().normalize().getParent();
    return parent == null ? Path.of("").toAbsolutePath() : parent;
  }
}
