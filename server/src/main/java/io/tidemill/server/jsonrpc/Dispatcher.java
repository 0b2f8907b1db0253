package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opentelemetry.context.Scope;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.errors.ErrorCatalogue;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.observe.TimedSpan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Bytes of a request, single or batch, to bytes of the answer. Never throws on input. */
final class Dispatcher {
  /** Characters of contract and function in {@link Parsed#kind}. */
  private static final int MAX_KIND = 256;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ObjectMapper mapper =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(NodeFacts.MAX_JSON_DEPTH)
                          .maxNumberLength(64)
                          .maxStringLength(NodeFacts.MAX_JSON_BODY)
                          .maxNameLength(1_024)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonParser.Feature.ALLOW_COMMENTS);

  private final Map<String, Method> methods = new TreeMap<>();
  private final Telemetry telemetry;

  Dispatcher(List<Method> methods, Telemetry telemetry) {
    for (Method method : methods) {
      if (this.methods.put(method.name(), method) != null) {
        throw new IllegalArgumentException("method " + method.name() + " is registered twice");
      }
    }
    this.telemetry = telemetry;
  }

  /** The methods, by name. */
  Map<String, Method> methods() {
    return methods;
  }

  ObjectMapper mapper() {
    return mapper;
  }

  /** A body that was parsed. {@link #answer} may wait for the state and for simulations. */
  final class Parsed {
    private final @Nullable JsonNode root;
    private final byte @Nullable [] refused;

    private Parsed(@Nullable JsonNode root, byte @Nullable [] refused) {
      this.root = root;
      this.refused = refused;
    }

    /** Whether it is one call of a method that does nothing but simulate. */
    boolean simulates() {
      return root != null
          && root.isObject()
          && SimulateMethods.SIMULATIONS.contains(root.path("method").asText());
    }

    /**
     * What tells a simulation from those that may take another time: method, contract and function.
     * Null when it has no such call, or runs observed.
     */
    @Nullable String kind() {
      if (root == null) {
        return null;
      }
      final String method = root.path("method").asText();
      if (!SimulateMethods.ONE_CALL.contains(method)) {
        return null;
      }
      final JsonNode params = root.path("params");
      final JsonNode call = params.isArray() ? params.path(0) : params.path("call");
      final String to = call.path("to").asText();
      final String function = call.path("function").asText();
      return to.length() + function.length() > MAX_KIND ? null : method + to + '.' + function;
    }

    /** The answer, or null when every request was a notification. */
    byte @Nullable [] answer() {
      if (root == null) {
        return refused;
      }
      if (root.isArray()) {
        return batch(root);
      }
      final ObjectNode answer = one(root);
      return answer == null ? null : bytes(answer);
    }

    /** The answer when the node will not even try. */
    byte[] refuse(Refusal refusal) {
      return bytes(error(root == null ? NullNode.instance : id(root), refusal));
    }
  }

  /** Reads a body; never throws on input. */
  Parsed parse(byte[] body, int length) {
    try {
      final JsonNode root = mapper.readTree(body, 0, length);
      return root == null || root.isMissingNode()
          ? unreadable("it is empty")
          : new Parsed(root, null);
    } catch (StreamConstraintsException e) {
      return new Parsed(null, refused(constraint(e)));
    } catch (JsonProcessingException e) {
      return new Parsed(null, refused(parseError(e)));
    } catch (ArithmeticException | NumberFormatException e) {
      return unreadable("a number is out of range");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Parsed unreadable(String detail) {
    return new Parsed(null, refused(Refusal.of(Reason.PARSE_ERROR, "detail", detail)));
  }

  private byte @Nullable [] batch(JsonNode requests) {
    if (requests.isEmpty()) {
      return bytes(error(NullNode.instance, invalid("the batch is empty")));
    }
    if (requests.size() > NodeFacts.MAX_JSON_BATCH) {
      return bytes(
          error(
              NullNode.instance,
              Refusal.limit(Limit.JSON_BATCH, requests.size(), NodeFacts.MAX_JSON_BATCH)));
    }
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (JsonNode request : requests) {
      final ObjectNode answer =
          out.size() < NodeFacts.MAX_JSON_ANSWER
              ? one(request)
              : error(
                  id(request),
                  Refusal.limit(Limit.JSON_ANSWER_BYTES, out.size(), NodeFacts.MAX_JSON_ANSWER));
      if (answer != null) {
        out.write(out.size() == 0 ? '[' : ',');
        out.writeBytes(bytes(answer));
      }
    }
    if (out.size() == 0) {
      return null;
    }
    out.write(']');
    return out.toByteArray();
  }

  private @Nullable ObjectNode one(JsonNode request) {
    final String problem = problem(request);
    if (problem != null) {
      return error(id(request), invalid(problem));
    }
    final JsonNode id = request.get("id");
    final String name = request.get("method").textValue();
    final Method method = methods.get(name);
    ObjectNode answer;
    final TimedSpan span = telemetry.request(method == null ? "unknown" : name);
    try (Scope _ = span.current()) {
      if (method == null) {
        throw Refusal.of(Reason.METHOD_NOT_FOUND, "method", shortened(name));
      }
      answer = NODES.objectNode().put("jsonrpc", "2.0");
      answer.set("result", method.body().call(Params.of(request.get("params"), method.params())));
      answer.set("id", id);
    } catch (CallFailure failed) {
      span.refused(failed.refusal().reason().name());
      answer = error(id == null ? NullNode.instance : id, failed.refusal());
      ((ObjectNode) answer.get("error").get("data")).setAll(failed.details());
    } catch (RuntimeException | StackOverflowError failure) {
      final Refusal refusal = Refusal.from(failure);
      span.refused(refusal.reason().name());
      answer = error(id == null ? NullNode.instance : id, refusal);
    } catch (Error elsewhere) {
      span.abandoned();
      throw elsewhere;
    } finally {
      span.close();
    }
    return id == null ? null : answer;
  }

  private static @Nullable String problem(JsonNode request) {
    if (!request.isObject()) {
      return "a request must be an object";
    }
    final JsonNode version = request.get("jsonrpc");
    if (version == null || !"2.0".equals(version.textValue())) {
      return "jsonrpc must be \"2.0\"";
    }
    final JsonNode method = request.get("method");
    if (method == null || !method.isTextual()) {
      return "method must be a string";
    }
    final JsonNode id = request.get("id");
    if (id != null && !id.isTextual() && !id.isIntegralNumber() && !id.isNull()) {
      return "id must be a string, a whole number or null";
    }
    final JsonNode params = request.get("params");
    if (params != null && !params.isContainerNode()) {
      return "params must be an array or an object";
    }
    return null;
  }

  private static JsonNode id(JsonNode request) {
    final JsonNode id = request.get("id");
    return id != null && (id.isTextual() || id.isIntegralNumber()) ? id : NullNode.instance;
  }

  private static Refusal invalid(String detail) {
    return Refusal.of(Reason.INVALID_REQUEST, "detail", detail);
  }

  /** The parser stops at the first level that is too deep, whatever comes after it. */
  private static Refusal constraint(StreamConstraintsException e) {
    return problem(e).startsWith("Document nesting depth")
        ? Refusal.limit(Limit.JSON_DEPTH, NodeFacts.MAX_JSON_DEPTH + 1L, NodeFacts.MAX_JSON_DEPTH)
        : parseError(e);
  }

  private static Refusal parseError(JsonProcessingException e) {
    return Refusal.of(
        Reason.PARSE_ERROR,
        "detail",
        shortened(problem(e))
            + (e.getLocation() == null
                ? ""
                : " at line "
                    + e.getLocation().getLineNr()
                    + ", column "
                    + e.getLocation().getColumnNr()));
  }

  /** What the parser says, without where it began to read. */
  private static String problem(JsonProcessingException e) {
    final String message = e.getOriginalMessage() == null ? "" : e.getOriginalMessage();
    final int start = message.indexOf(" (start marker at ");
    return start < 0 ? message : message.substring(0, start);
  }

  private static String shortened(@Nullable String text) {
    final String known = text == null ? "" : text;
    return known.length() <= 200 ? known : known.substring(0, 200) + "...";
  }

  /** The error object of a refusal. */
  ObjectNode error(JsonNode id, Refusal refusal) {
    final ObjectNode data = NODES.objectNode().put("reason", refusal.reason().name());
    data.put("action", refusal.action());
    refusal.metadata().forEach(data::put);
    final ObjectNode error =
        NODES
            .objectNode()
            .put("code", ErrorCatalogue.get().entry(refusal.reason()).jsonRpc())
            .put("message", refusal.getMessage());
    error.set("data", data);
    final ObjectNode answer = NODES.objectNode().put("jsonrpc", "2.0");
    answer.set("error", error);
    answer.set("id", id);
    return answer;
  }

  /** The error answer of a request that was not read. */
  byte[] refused(Refusal refusal) {
    return bytes(error(NullNode.instance, refusal));
  }

  private byte[] bytes(JsonNode node) {
    try {
      return mapper.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree that cannot be written", e);
    }
  }
}
