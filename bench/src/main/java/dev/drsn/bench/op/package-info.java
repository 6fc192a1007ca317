/** Single operations outside of a plan: compiled, given numbers and run. */
package dev.drsn.bench.op;
