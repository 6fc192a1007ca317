/** The judge: every operation in plain loops and double arithmetic, never optimised. */
package dev.drsn.engine.reference;
