package io.tidemill.executor.abi;

import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.List;

/**
 * Writes the payload of a {@code pyde.abi} section in the layout that {@link AbiDecoder} draws: its
 * inverse on everything it accepts. What a layout has no place for is left out.
 */
public final class AbiEncoder {
  private final BorshWriter out = new BorshWriter(512);

  private AbiEncoder() {}

  /** The payload of the section. */
  public static byte[] encode(ContractAbi abi) {
    final AbiEncoder encoder = new AbiEncoder();
    encoder.write(abi);
    return encoder.out.toBytes();
  }

  /** Blake3 of the Borsh form of a schema; the hash that goes into the ABI beside it. */
  public static Hash32 schemaHash(List<StateField> schema) {
    final AbiEncoder encoder = new AbiEncoder();
    encoder.schema(schema);
    return Blake3.hash(encoder.out.toBytes());
  }

  private void write(ContractAbi abi) {
    final boolean lean = abi.layout() == ContractAbi.Layout.LEAN;
    out.u32(abi.version())
        .u8(abi.type() == ContractAbi.ContractType.CONTRACT ? 0 : 1)
        .u32(abi.functions().size());
    for (ContractAbi.Function function : abi.functions()) {
      if (lean) {
        out.string(function.name())
            .u32(Integer.reverseBytes(function.selector()))
            .u32(function.attributes());
        strings(function.accessList());
      } else {
        out.u32(Integer.reverseBytes(function.selector()))
            .string(function.name())
            .u32(function.attributes());
        params(function.params());
        final ParamType returns = function.returns();
        if (returns == null) {
          out.u8(0);
        } else {
          out.u8(1);
          type(returns);
        }
      }
    }
    out.hash32(abi.stateSchemaHash());
    index(abi.constructorIndex());
    index(abi.fallbackIndex());
    index(abi.receiveIndex());
    if (!lean) {
      writeExtension(abi);
    }
  }

  /** An index or none, -1. */
  private void index(int index) {
    out.bool(index >= 0);
    if (index >= 0) {
      out.u32(index);
    }
  }

  private void writeExtension(ContractAbi abi) {
    out.string(abi.name()).string(abi.contractVersion()).u32(abi.events().size());
    for (ContractAbi.Event event : abi.events()) {
      out.string(event.name());
      params(event.params());
      out.u8(event.indexedMask());
    }
    strings(abi.parachainImports());
    final int minor = abi.version() == 1 ? 0 : abi.version() & 0xffff;
    if (minor >= 1) {
      final List<StateField> schema = abi.schema();
      schema(schema == null ? List.of() : schema);
    }
    if (minor >= 2) {
      types(abi.types());
    }
  }

  private void strings(List<String> strings) {
    out.u32(strings.size());
    for (String string : strings) {
      out.string(string);
    }
  }

  private void params(List<ContractAbi.Param> params) {
    out.u32(params.size());
    for (ContractAbi.Param param : params) {
      out.string(param.name());
      type(param.type());
    }
  }

  private void type(ParamType type) {
    out.u8(type.tag());
    switch (type) {
      case ParamType.Primitive _ -> {}
      case ParamType.FixedBytes fixed -> out.u32(fixed.length());
      case ParamType.Vec vec -> type(vec.element());
      case ParamType.MapOf map -> {
        type(map.key());
        type(map.value());
      }
      case ParamType.Option option -> type(option.element());
      case ParamType.Custom custom -> out.string(custom.name());
    }
  }

  private void schema(List<StateField> schema) {
    out.u32(schema.size());
    for (StateField field : schema) {
      out.string(field.name()).u8(field.isMap() ? 1 : 0);
      if (field.isMap()) {
        out.u32(field.keys().size());
        for (ScalarType key : field.keys()) {
          scalar(key);
        }
      }
      scalar(field.value());
    }
  }

  private void scalar(ScalarType type) {
    out.u8(type.tag());
    if (type instanceof ScalarType.Vec vec) {
      scalar(vec.element());
    }
  }

  private void types(List<ContractAbi.TypeDef> types) {
    out.u32(types.size());
    for (ContractAbi.TypeDef definition : types) {
      out.string(definition.name());
      switch (definition) {
        case ContractAbi.TypeDef.Struct struct -> {
          out.u8(0);
          params(struct.fields());
        }
        case ContractAbi.TypeDef.Enum variants -> {
          out.u8(1);
          strings(variants.variants());
        }
      }
    }
  }
}
