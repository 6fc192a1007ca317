/** Why a network says what it says: Grad-CAM, and what shrinkage gates let through. */
package dev.drsn.engine.explain;
