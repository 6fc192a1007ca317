/** Results on their way to another machine, and the disk that holds them while it is away. */
package dev.drsn.cli.sink;
