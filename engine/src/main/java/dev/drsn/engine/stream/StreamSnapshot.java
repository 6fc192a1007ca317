package dev.drsn.engine.stream;

import java.util.Map;

/**
 * A stream at one moment.
 *
 * @param id its name
 * @param address where it comes from, without passwords
 * @param reason what is wrong, or an empty text
 * @param decoder what decodes its pictures, {@code software} or {@code cuda}, or an empty text
 * @param failed whether it has ended because of that
 * @param captured frames that its source gave, damaged ones included
 * @param inferred frames that have a result
 * @param faces in these
 * @param drops frames without a result by reason; those on their way are in neither number
 * @param reconnects how often it was opened again
 * @param age from a frame's capture to its result
 * @param detection of the faces in a frame
 */
public record StreamSnapshot(
    String id,
    String address,
    StreamState state,
    String reason,
    String decoder,
    boolean failed,
    long captured,
    long inferred,
    long faces,
    Map<Drop, Long> drops,
    long reconnects,
    DurationSnapshot age,
    DurationSnapshot detection) {

  public StreamSnapshot {
    drops = Map.copyOf(drops);
  }

  /** Frames without a result. */
  public long dropped() {
    return drops.values().stream().mapToLong(Long::longValue).sum();
  }
}
