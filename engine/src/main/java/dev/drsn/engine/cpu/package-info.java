/** The CPU backend: Vector API kernels over channel-blocked activations, all cores. */
package dev.drsn.engine.cpu;
