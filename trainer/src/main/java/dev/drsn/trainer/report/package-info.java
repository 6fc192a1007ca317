/** What recorded results say of a whole group over a lesson. */
package dev.drsn.trainer.report;
