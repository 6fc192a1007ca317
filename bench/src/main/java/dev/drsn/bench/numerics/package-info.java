/** How far this engine's results are from the formulas in double precision. */
package dev.drsn.bench.numerics;
