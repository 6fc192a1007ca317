package dev.drsn.cli.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;

/** A process that writes into a spool until it is killed or the disk is full. */
final class SpoolChild {

  /** Not all of one length, so that a record's end is never where a page ends. */
  static byte[] record(int number) {
    return ("record " + number + " " + "x".repeat(number * 37 % 401)).getBytes(UTF_8);
  }

  private SpoolChild() {}

  /**
   * Appends as many at once as the third argument says. Prints how many were accepted, and {@code
   * full} once one is not; then waits for a line, tries the same again, and ends after as many more
   * as the second argument says.
   */
  public static void main(String[] args) throws IOException {
    int more = Integer.parseInt(args[1]);
    int batch = Integer.parseInt(args[2]);
    try (Spool spool = new Spool(Path.of(args[0]), 1L << 30)) {
      int number = 0;
      int end = Integer.MAX_VALUE;
      while (number < end) {
        try {
          spool.append(
              IntStream.range(number, number + batch).mapToObj(SpoolChild::record).toList());
          number += batch;
          System.out.println(number);
        } catch (IOException e) {
          System.out.println("full: " + e.getMessage());
          if (System.in.read() < 0) {
            return;
          }
          end = number + more;
        }
      }
    }
  }
}
