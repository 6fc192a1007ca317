package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code drsn} command. Every failure is one line on standard error: exit code 1 where the work
 * failed, 2 where the command line was wrong, 0 otherwise.
 */
@Command(
    name = "drsn",
    description = "Trains and runs deep residual shrinkage networks on faces.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Drsn.Version.class,
    footerHeading = "%nMeasuring against other engines (builds itself on first use):%n",
    footer = "  drsn bench --help",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:the work failed", "2:the command line was wrong"})
public final class Drsn {

  private static final List<Class<?>> COMMANDS =
      List.of(
          DemoCommand.class,
          InfoCommand.class,
          DatasetCommand.class,
          EvaluateCommand.class,
          FeaturesCommand.class,
          FusionCommand.class,
          MapCommand.class,
          ReproduceCommand.class,
          TrainCommand.class,
          ClassifyCommand.class,
          ExplainCommand.class,
          StreamCommand.class,
          CamerasCommand.class,
          AggregateCommand.class,
          ReportCommand.class,
          ServeCommand.class,
          InitCommand.class,
          RunCommand.class,
          ProfileCommand.class,
          ImportCommand.class,
          ExportCommand.class);

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error as well.")
  private boolean verbose;

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    run(commandLine(args), args);
  }

  /** Runs one of these commands, or one that was added, and ends the process with its exit code. */
  public static void run(CommandLine commands, String[] args) {
    StandardError.restore();
    System.exit(commands.execute(args));
  }

  /**
   * The command with its error handling, as tests and the bench module call it too.
   *
   * @param args where they begin with a subcommand only that one is made: to describe them all to
   *     picocli takes a tenth of a second
   */
  public static CommandLine commandLine(String... args) {
    Drsn drsn = new Drsn();
    CommandLine commands = new CommandLine(drsn);
    List<Class<?>> named =
        COMMANDS.stream().filter(each -> args.length > 0 && args[0].equals(name(each))).toList();
    (named.isEmpty() ? COMMANDS : named).forEach(commands::addSubcommand);
    commands.setParameterExceptionHandler(
        (error, _) -> {
          CommandLine command = error.getCommandLine();
          String name = command.getCommandSpec().qualifiedName();
          command.getErr().println(name + ": " + usageError(error) + "; see '" + name + " --help'");
          return command.getCommandSpec().exitCodeOnInvalidInput();
        });
    commands.setExecutionStrategy(
        parsed -> {
          try {
            return new CommandLine.RunLast().execute(parsed);
          } catch (CommandLine.ExecutionException e) {
            return drsn.failed(parsed.commandSpec().commandLine().getErr(), e.getCause());
          } catch (StackOverflowError | OutOfMemoryError | LinkageError e) {
            return drsn.failed(parsed.commandSpec().commandLine().getErr(), e);
          }
        });
    return commands;
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  private int failed(PrintWriter err, Throwable error) {
    boolean expected = error instanceof DrsnException;
    String what = error.getMessage() == null ? "" : ": " + oneLine(error.getMessage());
    String line = expected ? error.getMessage() : error.getClass().getSimpleName() + what;
    err.println("drsn: " + line + (expected || verbose ? "" : "; --verbose shows where"));
    if (verbose) {
      error.printStackTrace(err);
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Names what is not known first: a mistyped option would else be reported as missing. */
  private static String usageError(ParameterException error) {
    List<String> unknown = error.getCommandLine().getUnmatchedArguments();
    if (unknown.isEmpty()) {
      return oneLine(error.getMessage());
    }
    var unmatched = new UnmatchedArgumentException(error.getCommandLine(), unknown);
    return "unknown "
        + (unmatched.isUnknownOption() ? "option " : "argument ")
        + unknown.getFirst()
        + unmatched.getSuggestions().stream()
            .findFirst()
            .map(near -> " (did you mean " + near + "?)")
            .orElse("");
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  /** This drsn's version. */
  static String version() {
    String version = Drsn.class.getPackage().getImplementationVersion();
    return version == null ? "(run from classes)" : version;
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {
        "drsn " + version(), "Java " + Runtime.version() + ", " + System.getProperty("java.vendor")
      };
    }
  }
}
