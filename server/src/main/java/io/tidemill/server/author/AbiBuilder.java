package io.tidemill.server.author;

import io.tidemill.executor.abi.AbiEncoder;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.abi.ContractAbi.Layout;
import io.tidemill.executor.abi.ContractAbi.Param;
import io.tidemill.executor.abi.ContractAbi.TypeDef;
import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.abi.ScalarType;
import io.tidemill.executor.abi.StateField;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * Makes the ABI of a manifest. Functions, events and types are sorted by name, state fields keep
 * their order, parameters are called {@code arg0}, {@code arg1} and so on. Sources:
 * manifest-and-tests 1.8, decisions H11.
 */
public final class AbiBuilder {
  /** Functions that only parachain modules may import. */
  private static final List<String> PARACHAIN_FUNCTIONS =
      List.of(
          "parachain_emit_event",
          "parachain_id",
          "parachain_storage_delete",
          "parachain_storage_read",
          "parachain_storage_write",
          "parachain_version",
          "send_xparachain_message",
          "threshold_decrypt",
          "threshold_encrypt");

  private AbiBuilder() {}

  /**
   * The ABI of {@code manifest} for a module that imports the {@code imports} of {@code pyde}. It
   * is extended and of version 1.2, or 1.3 for a factory; 1.0 on request is lean.
   */
  public static ContractAbi build(Manifest manifest, List<String> imports) {
    final int version =
        manifest.abiVersion() != 0
            ? manifest.abiVersion()
            : imports.contains("instantiate") ? ContractAbi.V1_3 : ContractAbi.V1_2;
    final Layout layout = version == ContractAbi.V1_0 ? Layout.LEAN : Layout.EXTENDED;
    final boolean lean = layout == Layout.LEAN;
    final List<ContractAbi.Function> functions = functions(manifest, lean);
    final List<StateField> schema = schema(manifest);
    return new ContractAbi(
        version,
        layout,
        manifest.type(),
        functions,
        AbiEncoder.schemaHash(schema),
        index(functions, Attribute.CONSTRUCTOR),
        index(functions, Attribute.FALLBACK),
        index(functions, Attribute.RECEIVE),
        lean ? "" : manifest.name(),
        lean ? "" : manifest.version(),
        lean ? List.of() : sorted(manifest.events(), Comparator.comparing(ContractAbi.Event::name)),
        lean || manifest.type() != ContractType.PARACHAIN ? List.of() : parachain(imports),
        lean ? null : schema,
        lean ? List.of() : sorted(manifest.types(), Comparator.comparing(TypeDef::name)));
  }

  private static <T> List<T> sorted(List<T> list, Comparator<T> order) {
    final List<T> copy = new ArrayList<>(list);
    copy.sort(order);
    return copy;
  }

  private static List<ContractAbi.Function> functions(Manifest manifest, boolean lean) {
    final List<ContractAbi.Function> functions = new ArrayList<>();
    for (Manifest.Function function :
        sorted(manifest.functions(), Comparator.comparing(Manifest.Function::name))) {
      final List<Param> params = new ArrayList<>();
      for (int i = 0; i < function.inputs().size() && !lean; i++) {
        params.add(new Param("arg" + i, function.inputs().get(i)));
      }
      final ParamType returns =
          lean || function.outputs().isEmpty() ? null : function.outputs().get(0);
      functions.add(
          new ContractAbi.Function(
              function.name(),
              ContractAbi.selectorOf(function.name()),
              function.attributes(),
              params,
              returns,
              lean ? function.accessList() : List.of()));
    }
    return functions;
  }

  private static int index(List<ContractAbi.Function> functions, Attribute attribute) {
    for (int i = 0; i < functions.size(); i++) {
      if (functions.get(i).is(attribute)) {
        return i;
      }
    }
    return -1;
  }

  private static List<String> parachain(List<String> imports) {
    final TreeSet<String> used = new TreeSet<>(imports);
    used.retainAll(PARACHAIN_FUNCTIONS);
    return List.copyOf(used);
  }

  private static List<StateField> schema(Manifest manifest) {
    final List<StateField> schema = new ArrayList<>();
    for (Manifest.Field field : manifest.state()) {
      final List<ScalarType> keys = new ArrayList<>();
      for (ParamType key : field.keys()) {
        keys.add(scalar(key));
      }
      schema.add(new StateField(field.name(), keys, scalar(field.value())));
    }
    return schema;
  }

  private static ScalarType scalar(ParamType type) {
    final ScalarType scalar = TypeTokens.scalar(type);
    if (scalar == null) {
      throw new IllegalArgumentException(type + " cannot be stored");
    }
    return scalar;
  }
}
