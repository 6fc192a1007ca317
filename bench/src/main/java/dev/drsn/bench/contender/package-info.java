/** The engines that are compared, each with the same network, weights and inputs loaded. */
package dev.drsn.bench.contender;
