package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.HostBinding;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The class loader of one module: thrown away with it, so that its classes and machine code go too.
 * It finds this package, the owners of the bound host functions, and the JDK, by their exact names.
 */
final class ModuleLoader extends ClassLoader {
  private final Map<String, ClassBytes> own = new HashMap<>();
  private final Map<String, Class<?>> owners = new HashMap<>();

  ModuleLoader(List<ClassBytes> classes, List<HostBinding> bindings) {
    super("wasm module", CompiledInstance.class.getClassLoader());
    for (ClassBytes entry : classes) {
      own.put(entry.name(), entry);
    }
    for (HostBinding binding : bindings) {
      owners.put(binding.owner().getName(), binding.owner());
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    final Class<?> owner = owners.get(name);
    return owner != null ? owner : super.loadClass(name, resolve);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    final ClassBytes found = own.get(name);
    if (found == null) {
      throw new ClassNotFoundException(name);
    }
    return defineClass(name, found.bytes(), 0, found.bytes().length);
  }
}
