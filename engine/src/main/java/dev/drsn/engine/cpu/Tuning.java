package dev.drsn.engine.cpu;

/**
 * Whether algorithms are chosen by their times on this machine or by an estimate. What is trained
 * never depends on times: the same seed, data and options give the same weights to the bit.
 */
public enum Tuning {
  /** By estimate: the same choice on every machine. */
  OFF,
  /** By the times that an earlier run remembered, by estimate where there are none. */
  KNOWN,
  /** By times; those not known yet are taken, which can cost seconds, and remembered. */
  MEASURE
}
