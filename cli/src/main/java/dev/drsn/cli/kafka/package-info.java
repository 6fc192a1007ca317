/** Results in Kafka topics. */
package dev.drsn.cli.kafka;
