package io.tidemill.client.testing;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * JUnit 6: gives tests a {@link DevChain} as a parameter. All classes of a run share one chain,
 * {@linkplain DevChain#open opened} for the first and closed after the last. What a test does to it
 * is undone after the test, and what {@code @BeforeAll} does after the class.
 */
public final class DevChainExtension
    implements BeforeAllCallback,
        AfterAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        ParameterResolver {
  private static final Namespace OURS = Namespace.create(DevChainExtension.class);

  /** Created by JUnit. */
  public DevChainExtension() {}

  private static DevChain chain(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(OURS)
        .computeIfAbsent(DevChain.class, key -> DevChain.open(), DevChain.class);
  }

  private static void remember(ExtensionContext context) {
    context.getStore(OURS).put("snapshot", chain(context).snapshot());
  }

  private static void goBack(ExtensionContext context) {
    final Store store = context.getStore(OURS);
    final Long snapshot = store.remove("snapshot", Long.class);
    if (snapshot != null) {
      chain(context).revert(snapshot);
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    remember(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    remember(context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    goBack(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    goBack(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == DevChain.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return chain(context);
  }
}
