/** Networks as lists of operations in execution order, and the architectures of the zoo. */
package dev.drsn.engine.network;
