package dev.drsn.engine.stream;

/**
 * How long something took, in milliseconds; zeros where it has not happened yet.
 *
 * @param count how often it happened
 * @param p50 half of the times are at most this
 */
public record DurationSnapshot(long count, double p50, double p95, double p99, double most) {}
