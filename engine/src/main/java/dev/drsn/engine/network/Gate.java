package dev.drsn.engine.network;

/** What stands in a residual branch after its last normalisation, before the addition. */
public enum Gate {
  /** Nothing: ResNet. */
  NONE,
  /** Squeeze-excite: ResNet_SENet. */
  SQUEEZE_EXCITE,
  /** Soft thresholding with one threshold a sample: DRSN-CS. */
  SHRINK_SHARED,
  /** Soft thresholding with a threshold a channel: DRSN-CW. */
  SHRINK_CHANNEL_WISE
}
