package io.tidemill.executor.contract;

import io.tidemill.executor.abi.AbiEncoder;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.host.HostFunction.Overload;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.ValType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Small modules byte by byte: imports first, then functions, in the order they are added. */
public final class ModuleAssembler {
  private final List<FunctionType> types = new ArrayList<>();
  private final List<byte[]> imports = new ArrayList<>();
  private final List<byte[]> functions = new ArrayList<>();
  private final List<byte[]> bodies = new ArrayList<>();
  private final List<byte[]> exports = new ArrayList<>();
  private final List<byte[]> customs = new ArrayList<>();
  private int memoryPages = -1;
  private int start = -1;
  private int[] element;

  public ModuleAssembler() {
    element = new int[0];
  }

  private int type(String spelled) {
    final FunctionType type = Overload.parse(spelled);
    int index = types.indexOf(type);
    if (index < 0) {
      index = types.size();
      types.add(type);
    }
    return index;
  }

  public ModuleAssembler importFunction(String module, String name, String type) {
    imports.add(join(name(module), name(name), new byte[] {0}, leb(type(type))));
    return this;
  }

  public ModuleAssembler importMemory(String module, String name) {
    imports.add(join(name(module), name(name), new byte[] {2, 0, 1}));
    return this;
  }

  /** A function with {@code body} before its final end; exported unless {@code export} is empty. */
  public ModuleAssembler function(String export, String type, int... body) {
    functions.add(leb(type(type)));
    final byte[] code = new byte[body.length + 2];
    for (int i = 0; i < body.length; i++) {
      code[i + 1] = (byte) body[i];
    }
    code[code.length - 1] = 0x0B;
    bodies.add(join(leb(code.length), code));
    if (!export.isEmpty()) {
      exports.add(join(name(export), new byte[] {0}, leb(imports.size() + functions.size() - 1)));
    }
    return this;
  }

  /** A memory, exported as {@code export} unless that is empty. */
  public ModuleAssembler memory(int pages, String export) {
    memoryPages = pages;
    if (!export.isEmpty()) {
      exports.add(join(name(export), new byte[] {2, 0}));
    }
    return this;
  }

  /** The start section: this function of the index space runs when the module is instantiated. */
  public ModuleAssembler start(int functionIndex) {
    start = functionIndex;
    return this;
  }

  /** A table with these functions in it. */
  public ModuleAssembler table(int... functionIndices) {
    element = functionIndices;
    return this;
  }

  public ModuleAssembler custom(String name, byte[] payload) {
    customs.add(join(name(name), payload));
    return this;
  }

  public ModuleAssembler abi(ContractAbi abi) {
    return custom(ContractAbi.SECTION, AbiEncoder.encode(abi));
  }

  public byte[] done() {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
    final List<byte[]> typeBytes = new ArrayList<>();
    for (FunctionType type : types) {
      typeBytes.add(join(new byte[] {0x60}, values(type.params()), values(type.results())));
    }
    vector(out, 1, typeBytes);
    vector(out, 2, imports);
    vector(out, 3, functions);
    if (element.length > 0) {
      section(out, 4, join(new byte[] {1, 0x70, 0}, leb(element.length)));
    }
    if (memoryPages >= 0) {
      section(out, 5, join(new byte[] {1, 0}, leb(memoryPages)));
    }
    vector(out, 7, exports);
    if (start >= 0) {
      section(out, 8, leb(start));
    }
    if (element.length > 0) {
      byte[] segment = join(new byte[] {1, 0, 0x41, 0, 0x0B}, leb(element.length));
      for (int function : element) {
        segment = join(segment, leb(function));
      }
      section(out, 9, segment);
    }
    vector(out, 10, bodies);
    for (byte[] custom : customs) {
      section(out, 0, custom);
    }
    return out.toByteArray();
  }

  private static byte[] values(List<ValType> list) {
    final byte[] bytes = new byte[list.size() + 1];
    bytes[0] = (byte) list.size();
    for (int i = 0; i < list.size(); i++) {
      bytes[i + 1] = (byte) list.get(i).code();
    }
    return bytes;
  }

  private static void vector(ByteArrayOutputStream out, int id, List<byte[]> items) {
    if (!items.isEmpty()) {
      byte[] all = leb(items.size());
      for (byte[] item : items) {
        all = join(all, item);
      }
      section(out, id, all);
    }
  }

  private static void section(ByteArrayOutputStream out, int id, byte[] payload) {
    out.write(id);
    out.writeBytes(leb(payload.length));
    out.writeBytes(payload);
  }

  private static byte[] name(String text) {
    final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return join(leb(bytes.length), bytes);
  }

  private static byte[] leb(int value) {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    int rest = value;
    while (rest >= 0x80) {
      out.write(rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
