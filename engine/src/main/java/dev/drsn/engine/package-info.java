/** What every package of the engine shares: the exception whose message a user can act on. */
package dev.drsn.engine;
