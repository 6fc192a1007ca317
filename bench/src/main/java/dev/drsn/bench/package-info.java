/** The {@code drsn bench} command, and benchmarks by JMH: {@code scripts/bench}. */
package dev.drsn.bench;
