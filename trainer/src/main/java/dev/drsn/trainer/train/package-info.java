/** From a data set to a model: the training loop and the folder it leaves behind. */
package dev.drsn.trainer.train;
