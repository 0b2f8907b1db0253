package io.tidemill.server.author;

import java.util.List;

/** An author's file cannot be used; says everything that is wrong with it. */
public final class AuthorException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  AuthorException(List<Problem> problems) {
    super(text(problems));
    this.problems = List.copyOf(problems);
  }

  AuthorException(String rule, String file, String detail) {
    this(List.of(new Problem(rule, file, 0, 0, null, detail)));
  }

  /** Every fault, in order of the file. */
  public List<Problem> problems() {
    return problems;
  }

  private static String text(List<Problem> problems) {
    final StringBuilder text = new StringBuilder();
    for (Problem problem : problems) {
      text.append(text.isEmpty() ? "" : System.lineSeparator()).append(problem);
    }
    return text.toString();
  }
}
