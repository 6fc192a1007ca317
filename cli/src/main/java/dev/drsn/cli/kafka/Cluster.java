package dev.drsn.cli.kafka;

import dev.drsn.engine.DrsnException;

/**
 * Processes that share cameras, and their topics: {@code GROUP-cameras} holds the definitions,
 * {@code GROUP-results} what is found, {@code GROUP-courses} the shares of courses.
 *
 * @param group its name, which begins the names of its topics
 */
public record Cluster(KafkaSettings settings, String group) {

  /** Begins the address of a cluster. */
  public static final String SCHEME = "kafka:";

  private static final int MOST_GROUP = 200;

  public Cluster {
    if (group.length() > MOST_GROUP || !group.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new DrsnException(
          "'" + group + "' is no name for a group: up to 200 letters, digits, dots, dashes");
    }
  }

  /** Cameras by name. */
  public String cameras() {
    return group + "-cameras";
  }

  /** Results by the name of their camera. */
  public String results() {
    return group + "-results";
  }

  /** Class shares by course. */
  public String courses() {
    return group + "-courses";
  }
}
