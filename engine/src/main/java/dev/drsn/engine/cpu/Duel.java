package dev.drsn.engine.cpu;

/** Compares two ways to compute the same. */
interface Duel {

  /** One of them. */
  interface Side {

    /** What comes before a run and is not timed: it brings into the caches what would be there. */
    void prepare();

    /** The run. */
    void run();
  }

  /** The challenger's time over the champion's. */
  double ratio(Side champion, Side challenger);
}
