package dev.drsn.trainer.synth;

import dev.drsn.trainer.synth.Expression.Brows;
import dev.drsn.trainer.synth.Expression.Eyes;
import dev.drsn.trainer.synth.Expression.Gaze;
import dev.drsn.trainer.synth.Expression.Head;
import dev.drsn.trainer.synth.Expression.Mouth;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The six learning expressions of the paper's Table 1, in its order, each with the features that
 * the table allows it.
 *
 * <table>
 * <caption>Table 1 in the words of {@link Expression}</caption>
 * <tr><th>class</th><th>mouth</th><th>eyes</th><th>brows</th><th>head</th><th>gaze</th></tr>
 * <tr><td>focused</td><td>closed</td><td>open</td><td>natural</td><td>ahead</td><td>screen</td></tr>
 * <tr><td>distracted</td><td>closed</td><td>open, off the screen</td><td>natural, lowered</td>
 *     <td>left, right, down</td><td>left, right, down</td></tr>
 * <tr><td>curious</td><td>open</td><td>widened</td><td>raised</td><td>ahead</td><td>screen</td></tr>
 * <tr><td>confused</td><td>closed, corners down</td><td>open</td><td>frowning</td>
 *     <td>ahead, down</td><td>screen, down</td></tr>
 * <tr><td>tired</td><td>open, yawning</td><td>narrow, closed</td><td>natural, raised</td>
 *     <td>down, up</td><td>up, down</td></tr>
 * <tr><td>happy</td><td>corners raised, smiling</td><td>open</td><td>natural</td><td>ahead</td>
 *     <td>screen</td></tr>
 * </table>
 */
// Error Prone cannot see that sets from Set.of never change.
@SuppressWarnings("ImmutableEnumChecker")
public enum LearningExpression {
  FOCUSED(
      Set.of(Mouth.CLOSED),
      Set.of(Eyes.OPEN),
      Set.of(Brows.NATURAL),
      Set.of(Head.AHEAD),
      Set.of(Gaze.SCREEN)),
  DISTRACTED(
      Set.of(Mouth.CLOSED),
      Set.of(Eyes.OPEN),
      Set.of(Brows.NATURAL, Brows.LOWERED),
      Set.of(Head.LEFT, Head.RIGHT, Head.DOWN),
      Set.of(Gaze.LEFT, Gaze.RIGHT, Gaze.DOWN)),
  CURIOUS(
      Set.of(Mouth.OPEN),
      Set.of(Eyes.WIDENED),
      Set.of(Brows.RAISED),
      Set.of(Head.AHEAD),
      Set.of(Gaze.SCREEN)),
  CONFUSED(
      Set.of(Mouth.CLOSED, Mouth.CORNERS_DOWN),
      Set.of(Eyes.OPEN),
      Set.of(Brows.FROWNING),
      Set.of(Head.AHEAD, Head.DOWN),
      Set.of(Gaze.SCREEN, Gaze.DOWN)),
  TIRED(
      Set.of(Mouth.OPEN, Mouth.YAWNING),
      Set.of(Eyes.NARROW, Eyes.CLOSED),
      Set.of(Brows.NATURAL, Brows.RAISED),
      Set.of(Head.DOWN, Head.UP),
      Set.of(Gaze.DOWN, Gaze.UP)),
  HAPPY(
      Set.of(Mouth.CORNERS_RAISED, Mouth.SMILING),
      Set.of(Eyes.OPEN),
      Set.of(Brows.NATURAL),
      Set.of(Head.AHEAD),
      Set.of(Gaze.SCREEN));

  private final Set<Mouth> mouths;
  private final Set<Eyes> eyes;
  private final Set<Brows> brows;
  private final Set<Head> heads;
  private final Set<Gaze> gazes;

  LearningExpression(
      Set<Mouth> mouths, Set<Eyes> eyes, Set<Brows> brows, Set<Head> heads, Set<Gaze> gazes) {
    this.mouths = mouths;
    this.eyes = eyes;
    this.brows = brows;
    this.heads = heads;
    this.gazes = gazes;
  }

  /** The label as it stands in folders and files: the name in lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The six labels in the order of Table 1. */
  public static List<String> labels() {
    return List.of(values()).stream().map(LearningExpression::label).toList();
  }

  /** Whether Table 1 allows this expression all five features. */
  public boolean allows(Expression e) {
    return mouths.contains(e.mouth())
        && eyes.contains(e.eyes())
        && brows.contains(e.brows())
        && heads.contains(e.head())
        && gazes.contains(e.gaze());
  }

  /**
   * Draws one expression of this class: each feature uniformly from those the table allows, except
   * that the gaze follows the head where the head leaves the screen (who turns left looks left).
   */
  Expression draw(SplittableRandom random) {
    Head head = pick(heads, random);
    Gaze gaze = pick(gazes, random);
    Gaze following = head.following();
    if (head != Head.AHEAD && gazes.contains(following) && !gazes.contains(Gaze.SCREEN)) {
      gaze = following;
    }
    return new Expression(
        pick(mouths, random),
        pick(eyes, random),
        pick(brows, random),
        head,
        gaze,
        Streams.between(random, 0.55, 1.0));
  }

  /** Sorted first: the order of Set.of changes from one run of Java to the next. */
  private static <E extends Enum<E>> E pick(Set<E> choices, SplittableRandom random) {
    return choices.stream().sorted().toList().get(random.nextInt(choices.size()));
  }
}
