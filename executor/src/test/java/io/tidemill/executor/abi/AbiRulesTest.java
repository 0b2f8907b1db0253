package io.tidemill.executor.abi;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.abi.AbiViolation.Rule;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.abi.ContractAbi.Layout;
import io.tidemill.executor.abi.ContractAbi.Param;
import io.tidemill.executor.abi.ContractAbi.TypeDef;
import io.tidemill.executor.abi.ScalarType.Basic;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AbiRulesTest {
  private static ContractAbi.Function function(String name, Attribute... attributes) {
    int bits = 0;
    for (Attribute attribute : attributes) {
      bits |= attribute.bit();
    }
    return new ContractAbi.Function(name, 0, bits, List.of(), null, List.of());
  }

  private static ContractAbi abi(
      int constructor, int fallback, int receive, ContractAbi.Function... functions) {
    return new ContractAbi(
        ContractAbi.V1_2,
        Layout.EXTENDED,
        ContractType.CONTRACT,
        List.of(functions),
        Hash32.ZERO,
        constructor,
        fallback,
        receive,
        "n",
        "1.0.0",
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  private static ContractAbi with(List<StateField> schema, List<TypeDef> types) {
    return new ContractAbi(
        ContractAbi.V1_2,
        Layout.EXTENDED,
        ContractType.CONTRACT,
        List.of(),
        Hash32.ZERO,
        -1,
        -1,
        -1,
        "n",
        "1.0.0",
        List.of(),
        List.of(),
        schema,
        types);
  }

  private static List<Rule> rules(ContractAbi abi) {
    return AbiRules.violations(abi).stream().map(AbiViolation::rule).toList();
  }

  /**
   * The matrix of host-abi 1.9, written out once more: v view, p payable, r reentrant and so on.
   */
  private static final List<String> REJECTED =
      List.of("vp", "vc", "vr", "vs", "vf", "ve", "cr", "cs", "cf", "ce", "fe", "er");

  @Test
  void shouldRejectExactlyTheForbiddenPairs() {
    final String letters = "vprscfex";
    for (int a = 0; a < 8; a++) {
      for (int b = a + 1; b < 8; b++) {
        final Attribute first = Attribute.values()[a];
        final Attribute second = Attribute.values()[b];
        final List<Attribute> both = new ArrayList<>(List.of(first, second));
        final boolean receive = both.contains(Attribute.RECEIVE);
        if (receive && !both.contains(Attribute.VIEW) && !both.contains(Attribute.PAYABLE)) {
          both.add(Attribute.PAYABLE);
        }
        final ContractAbi abi =
            abi(
                both.contains(Attribute.CONSTRUCTOR) ? 0 : -1,
                both.contains(Attribute.FALLBACK) ? 0 : -1,
                receive ? 0 : -1,
                function("f", both.toArray(Attribute[]::new)));
        final String pair = "" + letters.charAt(a) + letters.charAt(b);
        final String reversed = "" + letters.charAt(b) + letters.charAt(a);
        final boolean rejected = REJECTED.contains(pair) || REJECTED.contains(reversed);
        assertThat(rules(abi).contains(Rule.INCOMPATIBLE_ATTRIBUTES))
            .as("%s and %s", first, second)
            .isEqualTo(rejected);
      }
    }
  }

  @Test
  void shouldRejectReceiveWithoutPayableAndUnknownBits() {
    assertThat(rules(abi(-1, -1, 0, function("f", Attribute.RECEIVE))))
        .containsExactly(Rule.INCOMPATIBLE_ATTRIBUTES);
    assertThat(
            rules(
                abi(
                    -1,
                    -1,
                    -1,
                    new ContractAbi.Function("f", 0, 0x180, List.of(), null, List.of()))))
        .containsExactly(Rule.INCOMPATIBLE_ATTRIBUTES);
  }

  @Test
  void shouldCheckDispatchIndices() {
    final ContractAbi.Function plain = function("a", Attribute.ENTRY);
    final ContractAbi.Function one = function("b", Attribute.CONSTRUCTOR);
    final ContractAbi.Function two = function("c", Attribute.CONSTRUCTOR);
    assertThat(rules(abi(1, -1, -1, plain, one))).isEmpty();
    assertThat(rules(abi(0, -1, -1, plain, one)))
        .containsExactly(Rule.DISPATCH_INDEX_ATTR_MISMATCH);
    assertThat(rules(abi(2, -1, -1, plain, one)))
        .containsExactly(Rule.DISPATCH_INDEX_OUT_OF_BOUNDS);
    assertThat(rules(abi(-1, -1, -1, plain, one)))
        .containsExactly(Rule.DISPATCH_INDEX_ATTR_MISMATCH);
    assertThat(rules(abi(0, -1, -1, one, two))).containsExactly(Rule.MULTIPLE_DISPATCH_FUNCTIONS);
    assertThat(rules(abi(-1, -1, -1, plain, plain))).containsExactly(Rule.DUPLICATE_FUNCTION);
  }

  @Test
  void shouldCheckTheSchema() {
    final StateField twice = new StateField("a", List.of(), Basic.U8);
    assertThat(rules(with(List.of(twice, twice), List.of())))
        .containsExactly(Rule.DUPLICATE_STATE_FIELD);
    assertThat(
            rules(
                with(
                    List.of(
                        new StateField(
                            "m", List.of(Basic.U8, Basic.U8, Basic.U8, Basic.U8), Basic.U8)),
                    List.of())))
        .containsExactly(Rule.MAP_ARITY);
    assertThat(
            rules(
                with(
                    List.of(new StateField("m", List.of(new ScalarType.Vec(Basic.U8)), Basic.U8)),
                    List.of())))
        .containsExactly(Rule.INVALID_MAP_KEY);
    assertThat(
            rules(
                with(
                    List.of(new StateField("v", List.of(), new ScalarType.Vec(Basic.STRING))),
                    List.of())))
        .containsExactly(Rule.VARIABLE_LENGTH_VEC);
  }

  @Test
  void shouldFindUndefinedAndCyclicTypes() {
    final Param self = new Param("next", new ParamType.Option(new ParamType.Custom("Node")));
    final TypeDef node = new TypeDef.Struct("Node", List.of(self));
    final TypeDef user =
        new TypeDef.Struct("User", List.of(new Param("n", new ParamType.Custom("Node"))));
    final TypeDef lost =
        new TypeDef.Struct(
            "Lost", List.of(new Param("x", new ParamType.Vec(new ParamType.Custom("Nowhere")))));
    assertThat(rules(with(List.of(), List.of(node)))).containsExactly(Rule.CYCLIC_STRUCT);
    assertThat(rules(with(List.of(), List.of(user, node))))
        .containsExactly(Rule.CYCLIC_STRUCT, Rule.CYCLIC_STRUCT);
    assertThat(rules(with(List.of(), List.of(lost)))).containsExactly(Rule.UNDEFINED_TYPE);
    assertThat(rules(with(List.of(), List.of(new TypeDef.Enum("E", List.of("A", "A"))))))
        .containsExactly(Rule.DUPLICATE_ENUM_VARIANT);
  }

  @Test
  void shouldSurviveAChainOfManyThousandTypes() {
    final List<TypeDef> chain = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      chain.add(
          new TypeDef.Struct(
              "T" + i, List.of(new Param("n", new ParamType.Custom("T" + (i + 1) % 20_000)))));
    }
    assertThat(AbiRules.violations(with(List.of(), chain))).hasSize(20_000);
  }

  @Test
  void shouldWarnAboutFunctionsNobodyCanCall() {
    assertThat(AbiRules.warnings(abi(-1, -1, -1, function("hidden"))))
        .singleElement()
        .asString()
        .contains("hidden cannot be called");
  }
}
