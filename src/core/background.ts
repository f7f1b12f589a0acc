/**
 * Tracks work that no caller awaits: a mail under way, a commit behind an answer, a prompt that outlived its request.
 */
export class Background {
  readonly #open = new Set<Promise<unknown>>();
  #failure: { readonly error: unknown } | undefined;

  /** Keeps an eye on `work` and hands it back. */
  add<T>(work: Promise<T>): Promise<T> {
    const watched: Promise<unknown> = work
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#open.delete(watched));
    this.#open.add(watched);
    return work;
  }

  /** Resolves when no tracked work is pending. @throws the first failure that no other caller may have seen. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
    if (this.#failure) throw this.#failure.error;
  }
}
