/** Networks made ready to run: rewritten, laid out in memory, compiled. */
package dev.drsn.engine.plan;
