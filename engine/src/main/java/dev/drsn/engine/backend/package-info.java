/** What a backend is: memory, layouts, kernels. */
package dev.drsn.engine.backend;
