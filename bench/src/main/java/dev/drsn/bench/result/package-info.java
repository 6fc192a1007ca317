/** Cells, what came out of them, and the files and tables that keep it. */
package dev.drsn.bench.result;
