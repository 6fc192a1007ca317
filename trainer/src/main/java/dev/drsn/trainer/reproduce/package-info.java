/** The paper's experiments (sections 4.3 and 5) on any data set, and what it left unmeasured. */
package dev.drsn.trainer.reproduce;
