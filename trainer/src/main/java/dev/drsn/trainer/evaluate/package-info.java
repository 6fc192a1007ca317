/** How well a model does on a data set, in numbers and pictures. */
package dev.drsn.trainer.evaluate;
