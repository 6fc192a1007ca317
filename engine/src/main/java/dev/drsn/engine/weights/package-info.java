/** Named parameters and the files they come from and go to. */
package dev.drsn.engine.weights;
