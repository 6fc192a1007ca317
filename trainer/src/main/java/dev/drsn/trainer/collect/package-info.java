/** Data sets of faces out of videos and pictures, before anybody has said what they express. */
package dev.drsn.trainer.collect;
