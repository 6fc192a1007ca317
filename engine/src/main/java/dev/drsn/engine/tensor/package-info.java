/** Shapes and values on the host: what files, images and backends exchange. */
package dev.drsn.engine.tensor;
