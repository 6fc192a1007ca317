/** What people say that faces express, and how far they agree. */
package dev.drsn.trainer.annotate;
