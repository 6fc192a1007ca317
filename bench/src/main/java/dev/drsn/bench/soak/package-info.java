/** Cameras under churn for a long time: what is lost, and what grows. */
package dev.drsn.bench.soak;
