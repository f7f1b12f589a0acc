/** A diagnosis in the words of one audience. */
export interface Telling {
  readonly title: string;
  /** Of a customer's telling exactly two, each one sentence. */
  readonly lines: readonly string[];
}
