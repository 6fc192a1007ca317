/** Timing contenders in turn, and what the machine can do at most. */
package dev.drsn.bench.time;
