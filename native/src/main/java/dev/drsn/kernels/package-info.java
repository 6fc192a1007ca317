/** CUDA C++ sources of the engine's own GPU kernels, one file an operation. */
package dev.drsn.kernels;
