/** Many cameras through one pipeline: what is sustained, and what holds it up. */
package dev.drsn.bench.stream;
