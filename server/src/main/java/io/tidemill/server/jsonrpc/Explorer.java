package io.tidemill.server.jsonrpc;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.tidemill.state.hash.Blake3;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The explorer at {@code /ui}: a closed list of files from the class path, sent with a policy that
 * lets the page run its own modules, talk to its own node and do nothing else.
 */
final class Explorer {
  private static final String FOLDER = "tidemill/ui/";

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  /** The files of the page; nothing else is served. */
  private static final String[] FILES = {
    "index.html",
    "style.css",
    "icon.svg",
    "app.js",
    "dom.js",
    "node.js",
    "abi.js",
    "blake3.js",
    "proof.js",
    "list.js",
    "waves.js",
    "transaction.js",
    "trace.js",
    "contract.js",
    "storage.js",
    "events.js",
    "account.js",
    "check.js"
  };

  private record Page(byte[] bytes, String type, String tag) {}

  private final Map<String, Page> pages = new LinkedHashMap<>();

  /** Reads every file. */
  Explorer() {
    for (String file : FILES) {
      final byte[] bytes = read(file);
      final String type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
      if (type == null) {
        throw new IllegalStateException("no media type for " + file);
      }
      pages.put(file, new Page(bytes, type, '"' + Blake3.hash(bytes).toHex() + '"'));
    }
  }

  void routes(RoutesConfig routes) {
    // The same route with and without the slash; relative addresses in the page need it.
    routes.get(
        "/ui",
        context -> {
          if (context.path().endsWith("/")) {
            serve(context, "index.html");
          } else {
            context.redirect("/ui/");
          }
        });
    for (String file : FILES) {
      routes.get("/ui/" + file, context -> serve(context, file));
    }
  }

  private void serve(Context context, String file) {
    final Page page = pages.get(file);
    if (page == null) {
      throw new IllegalStateException(file + " is not a file of the explorer");
    }
    context
        .header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .header("Cache-Control", "no-cache")
        .header("ETag", page.tag());
    if (page.tag().equals(context.header("If-None-Match"))) {
      context.status(304);
    } else {
      context.contentType(page.type()).result(page.bytes());
    }
  }

  private static byte[] read(String file) {
    try (InputStream in = Explorer.class.getClassLoader().getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new IllegalStateException(FOLDER + file + " is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(FOLDER + file, e);
    }
  }
}
