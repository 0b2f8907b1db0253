package io.tidemill.executor.wasm;

/**
 * An import bound to a public static Java method of a public class. The method takes the calling
 * {@link Instance} first, then the wasm parameters as int, long, float and double, and returns void
 * or the one result; so a compiled module calls it directly, and an interpreter through a method
 * handle.
 *
 * @param module the import's module name
 * @param name the import's field name
 * @param type the wasm type, which is also how overloads are told apart
 * @param owner the class that has the method
 * @param method the method's name
 */
public record HostBinding(
    String module, String name, FunctionType type, Class<?> owner, String method) {}
