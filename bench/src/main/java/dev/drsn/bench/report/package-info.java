/** Files of results as tables and pictures for the documentation. */
package dev.drsn.bench.report;
