/** Invariant in its words: a list that leaves one out fits no better than a list with one too many. */
export interface Words<in out Word extends string> {
  readonly type: "word";
  readonly words: readonly Word[];
  readonly only?: (word: Word) => Word;
}

/** One of these words. */
export const word = <const Word extends string>(...words: readonly Word[]): Words<Word> => ({
  type: "word",
  words,
});
