/** Descriptors of faces beside a network's: HOG, SIFT with a vocabulary, a network's embedding. */
package dev.drsn.engine.feature;
