/** The {@code drsn bench} command. */
package dev.drsn.bench;
