/** The paper's experiments: features and their fusion, networks under one protocol, tables. */
package dev.drsn.trainer.experiment;
