package io.tidemill.server.clients;

import io.tidemill.client.json.Json;
import io.tidemill.server.errors.ErrorCatalogue;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The error catalogue as source code of the clients that have no YAML reader at hand. */
final class CatalogSources {
  private CatalogSources() {}

  /** The sources by their path under {@code clients}. */
  static Map<String, String> files() {
    final Map<String, String> files = new LinkedHashMap<>();
    files.put("typescript/src/catalog.ts", typescript());
    files.put("python/tidemill_client/catalog.py", python());
    files.put("go/catalog.go", go());
    return files;
  }

  private static String typescript() {
    final StringBuilder out =
        new StringBuilder(
            """
            // Generated from tidemill/errors.yaml by the tests of the node; do not edit.

            /** Every reason of the error catalogue: whose fault it is, and what to do. */
            export const CATALOG = {
            """);
    for (ErrorCatalogue.Entry entry : ErrorCatalogue.get().all()) {
      out.append("  ").append(entry.reason()).append(": { fate: ");
      out.append(Json.write(fate(entry))).append(", remedy: ");
      out.append(Json.write(entry.action())).append(" },\n");
    }
    return out.append("} as const;\n").toString();
  }

  private static String python() {
    final StringBuilder out =
        new StringBuilder(
            """
            # Generated from tidemill/errors.yaml by the tests of the node; do not edit.
            \"""Every reason of the error catalogue: whose fault it is, and what to do.\"""

            CATALOG = {
            """);
    for (ErrorCatalogue.Entry entry : ErrorCatalogue.get().all()) {
      out.append("    ").append(Json.write(entry.reason().name())).append(": (");
      out.append(Json.write(fate(entry))).append(", ");
      out.append(Json.write(entry.action())).append("),\n");
    }
    return out.append("}\n").toString();
  }

  private static String go() {
    final StringBuilder out =
        new StringBuilder(
            """
            // Code generated from tidemill/errors.yaml by the tests of the node; DO NOT EDIT.

            package tidemill

            // catalogEntries are the reasons of the error catalogue: whose fault each is, and what to do.
            var catalogEntries = []catalogEntry{
            """);
    for (ErrorCatalogue.Entry entry : ErrorCatalogue.get().all()) {
      final String fate = fate(entry);
      out.append("\t{").append(Json.write(entry.reason().name())).append(", Fate");
      out.append(fate.substring(0, 1).toUpperCase(Locale.ROOT)).append(fate.substring(1));
      out.append(", ").append(Json.write(entry.action())).append("},\n");
    }
    return out.append("}\n").toString();
  }

  private static String fate(ErrorCatalogue.Entry entry) {
    return entry.fate().name().toLowerCase(Locale.ROOT);
  }
}
