/** Benchmarks by JMH: {@code scripts/bench}. */
package dev.drsn.bench;
