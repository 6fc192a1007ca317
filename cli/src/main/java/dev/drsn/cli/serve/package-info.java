/** Models over HTTP: the Open Inference Protocol, version 2. */
package dev.drsn.cli.serve;
