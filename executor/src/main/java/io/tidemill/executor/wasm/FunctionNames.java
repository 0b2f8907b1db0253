package io.tidemill.executor.wasm;

import io.tidemill.executor.wasm.Module.CustomSection;
import io.tidemill.executor.wasm.Module.Export;
import io.tidemill.executor.wasm.Module.Import;
import io.tidemill.executor.wasm.Module.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What to call functions in front of a person: the name section, else the export, else the import,
 * else the number. A name section that does not decode is ignored. For tools only.
 */
public final class FunctionNames {
  private static final int MOST_BYTES = 1_024;

  private final Map<Integer, String> names = new HashMap<>();

  /** The names of {@code module}. */
  public FunctionNames(Module module) {
    final List<Import> imports = module.importsOf(Kind.FUNCTION);
    for (int i = 0; i < imports.size(); i++) {
      names.put(i, imports.get(i).module() + "." + imports.get(i).name());
    }
    for (Export export : module.exports()) {
      if (export.kind() == Kind.FUNCTION) {
        names.put(export.index(), export.name());
      }
    }
    for (CustomSection section : module.customs()) {
      if (section.name().equals("name")) {
        try {
          read(module, section);
        } catch (InvalidModuleException e) {
          // Custom sections may hold anything; what was read so far is still right.
          return;
        }
      }
    }
  }

  private void read(Module module, CustomSection section) {
    final BinaryReader in = new BinaryReader(module.bytes());
    in.position = section.start();
    in.limit = section.start() + section.length();
    while (in.remaining() > 0) {
      final int id = in.u8();
      final int length = in.length("name subsection");
      final int end = in.position + length;
      if (id == 1) {
        for (int i = in.count(Integer.MAX_VALUE, ModuleRule.COUNT_TOO_LARGE, "names"); i > 0; i--) {
          names.put(in.u32(), in.name(MOST_BYTES));
        }
      }
      in.position = end;
    }
  }

  /** What to call function {@code index}; without control characters, which a module may have. */
  public String name(int index) {
    final String name = names.getOrDefault(index, "function " + index);
    return name.chars().noneMatch(Character::isISOControl)
        ? name
        : name.codePoints()
            .map(c -> Character.isISOControl(c) ? '?' : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
  }
}
