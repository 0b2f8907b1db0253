package io.tidemill.server.clients;

import io.tidemill.executor.abi.AbiEncoder;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.Param;
import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.abi.ParamType.Primitive;
import io.tidemill.executor.abi.ScalarType;
import io.tidemill.executor.abi.StateField;
import io.tidemill.state.hash.Blake3;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ABIs of the vectors: one with every type, one of a token, one in the oldest layout. */
final class AbiContracts {
  private AbiContracts() {}

  static ContractAbi.Function function(
      String name, int attributes, @Nullable ParamType returns, Param... params) {
    return new ContractAbi.Function(
        name, ContractAbi.selectorOf(name), attributes, List.of(params), returns, List.of());
  }

  static ContractAbi abi(
      List<ContractAbi.Function> functions,
      List<ContractAbi.Event> events,
      List<ContractAbi.TypeDef> types) {
    final List<StateField> schema =
        List.of(
            new StateField("total", List.of(), ScalarType.Basic.U128),
            new StateField(
                "owners",
                List.of(ScalarType.Basic.ADDRESS, ScalarType.Basic.U64),
                ScalarType.Basic.HASH32),
            new StateField("log", List.of(), new ScalarType.Vec(ScalarType.Basic.U16)));
    return new ContractAbi(
        ContractAbi.V1_3,
        ContractAbi.Layout.EXTENDED,
        ContractAbi.ContractType.CONTRACT,
        functions,
        AbiEncoder.schemaHash(schema),
        -1,
        -1,
        -1,
        "vectors",
        "1.2.3",
        events,
        List.of("oracle"),
        schema,
        types);
  }

  static ContractAbi everyType() {
    final List<Param> every = new ArrayList<>();
    for (Primitive primitive : Primitive.values()) {
      every.add(new Param("a_" + primitive.token(), primitive));
    }
    every.add(new Param("tag", new ParamType.FixedBytes(4)));
    every.add(new Param("list", new ParamType.Vec(Primitive.U16)));
    every.add(new Param("map", new ParamType.MapOf(Primitive.STRING, Primitive.U64)));
    every.add(new Param("some", new ParamType.Option(Primitive.U32)));
    every.add(new Param("none", new ParamType.Option(Primitive.U32)));
    every.add(new Param("point", new ParamType.Custom("Point")));
    every.add(new Param("color", new ParamType.Custom("Color")));
    final List<ContractAbi.Event> events =
        List.of(
            new ContractAbi.Event(
                "Moved",
                List.of(
                    new Param("who", Primitive.ADDRESS),
                    new Param("by", Primitive.I32),
                    new Param("tag", new ParamType.FixedBytes(4)),
                    new Param("to", new ParamType.Custom("Point")),
                    new Param("color", new ParamType.Custom("Color"))),
                0b0111),
            new ContractAbi.Event(
                "Named",
                List.of(
                    new Param("name", Primitive.STRING),
                    new Param("open", Primitive.BOOL),
                    new Param("list", new ParamType.Vec(Primitive.U16))),
                0b0011));
    final List<ContractAbi.TypeDef> types =
        List.of(
            new ContractAbi.TypeDef.Struct(
                "Point", List.of(new Param("x", Primitive.I32), new Param("y", Primitive.I32))),
            new ContractAbi.TypeDef.Enum("Color", List.of("Red", "Green")));
    return abi(
        List.of(
            function("everything", 0x80, Primitive.BOOL, every.toArray(Param[]::new)),
            function("nothing", 0x81, null),
            function("where", 0x81, new ParamType.Custom("Point"))),
        events,
        types);
  }

  static ContractAbi token() {
    final Param to = new Param("to", Primitive.ADDRESS);
    final Param amount = new Param("amount", Primitive.U128);
    return abi(
        List.of(
            function("transfer", 0x80, null, to, amount),
            function("balance_of", 0x81, Primitive.U128, new Param("owner", Primitive.ADDRESS))),
        List.of(
            new ContractAbi.Event(
                "Transfer", List.of(new Param("from", Primitive.ADDRESS), to, amount), 0b011)),
        List.of());
  }

  static ContractAbi lean() {
    return new ContractAbi(
        ContractAbi.V1_0,
        ContractAbi.Layout.LEAN,
        ContractAbi.ContractType.PARACHAIN,
        List.of(
            new ContractAbi.Function(
                "init", ContractAbi.selectorOf("init"), 0x10, List.of(), null, List.of()),
            new ContractAbi.Function(
                "transfer",
                ContractAbi.selectorOf("transfer"),
                0x82,
                List.of(),
                null,
                List.of("balances[caller()]"))),
        Blake3.hash(new byte[0]),
        0,
        -1,
        -1,
        "",
        "",
        List.of(),
        List.of(),
        null,
        List.of());
  }
}
