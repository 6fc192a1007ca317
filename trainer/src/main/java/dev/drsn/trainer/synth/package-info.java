/**
 * Synthetic learners: drawn students in the six learning expressions of the paper's Table 1, so
 * that demo, tests and benchmarks need no one's photographs.
 *
 * <p>A {@link dev.drsn.trainer.synth.Subject} and an {@link dev.drsn.trainer.synth.Expression}
 * become positions of muscles and head; eyes, brows and mouth are drawn flat, wrapped around a
 * modelled head, turned with it, lit, and taken by a camera with its faults.
 */
package dev.drsn.trainer.synth;
