package dev.drsn.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Where a command's answer goes: lines for people, or one JSON object with {@code --json}. */
final class Output {

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(names = "--json", description = "Print JSON instead of text.")
  private boolean json;

  /** Whether JSON was asked for. */
  boolean json() {
    return json;
  }

  /** An empty object. */
  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Standard output: the answer. */
  PrintWriter out() {
    return line().getOut();
  }

  /** Standard error: progress and remarks. */
  PrintWriter err() {
    return line().getErr();
  }

  /** Prints the object with {@code --json}, else the text. */
  void print(ObjectNode object, String text) {
    out().println(json ? object.toString() : text);
    out().flush();
  }

  private CommandLine line() {
    return command.commandLine();
  }
}
