/** Class shares of courses over time, from results in a Kafka topic. */
package dev.drsn.cli.aggregate;
