package dev.drsn.trainer.annotate;

/**
 * How far several annotators agree beyond chance (Fleiss, "Measuring nominal scale agreement among
 * many raters", Psychological Bulletin 76, 1971). With n_ij judgements of category j for subject i,
 * n of them a subject, N subjects:
 *
 * <pre>
 *   P_i = (sum_j n_ij^2 - n) / (n (n - 1))      P = mean of P_i
 *   p_j = sum_i n_ij / (N n)                    P_e = sum_j p_j^2
 *   kappa = (P - P_e) / (1 - P_e)
 *   kappa_j = 1 - sum_i n_ij (n - n_ij) / (N n (n - 1) p_j (1 - p_j))
 * </pre>
 *
 * <p>Who judged does not matter, only how many did: each subject needs the same number.
 *
 * @param subjects N
 * @param judgements n
 * @param agreement P: the share of pairs of judgements that agree
 * @param chance P_e
 * @param kappa NaN where all judgements are of one category, when it is not defined
 * @param ofCategory kappa_j, NaN where nobody or everybody chose the category
 */
public record FleissKappa(
    int subjects,
    int judgements,
    double agreement,
    double chance,
    double kappa,
    double[] ofCategory) {

  /**
   * Of a table.
   *
   * @param counts n_ij: a row a subject, all with the same sum, which is 2 or more
   */
  public static FleissKappa of(int[][] counts) {
    if (counts.length == 0) {
      throw new IllegalArgumentException("no subjects");
    }
    int n = sum(counts[0]);
    int categories = counts[0].length;
    long[] totals = new long[categories];
    long[] split = new long[categories];
    long squares = 0;
    for (int[] row : counts) {
      if (n < 2 || sum(row) != n) {
        throw new IllegalArgumentException("each subject has the same two or more judgements");
      }
      for (int j = 0; j < categories; j++) {
        totals[j] += row[j];
        squares += (long) row[j] * row[j];
        split[j] += (long) row[j] * (n - row[j]);
      }
    }
    double all = (double) counts.length * n;
    double agreement = (squares - all) / (all * (n - 1));
    double chance = 0;
    double[] ofCategory = new double[categories];
    for (int j = 0; j < categories; j++) {
      double p = totals[j] / all;
      chance += p * p;
      ofCategory[j] =
          totals[j] == 0 || totals[j] == all
              ? Double.NaN
              : 1 - split[j] / (all * (n - 1) * p * (1 - p));
    }
    double kappa = chance == 1 ? Double.NaN : (agreement - chance) / (1 - chance);
    return new FleissKappa(counts.length, n, agreement, chance, kappa, ofCategory);
  }

  private static int sum(int[] row) {
    int sum = 0;
    for (int count : row) {
      sum += count;
    }
    return sum;
  }
}
