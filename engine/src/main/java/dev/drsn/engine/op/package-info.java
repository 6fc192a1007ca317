/** The vocabulary: every operation there is, as values with their formulas. */
package dev.drsn.engine.op;
