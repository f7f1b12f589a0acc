import { abortedBy, onAbort } from "./abort.js";

/**
 * Lets one caller at a time use something, in order of arrival. A caller that finds it free begins at once, within the
 * same call.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #taken = false;

  /**
   * Runs `work` when its turn has come. The turn ends when `work` settles, or before that with `end`.
   *
   * @param signal leaves the queue when it aborts; from its turn on, `work` answers the abort itself.
   * @throws as {@link abortedBy} with aftermath `none` when the signal aborts first.
   */
  async run<T>(work: (end: () => void) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#taken) await this.#turn(signal);
    this.#taken = true;
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      this.#passOn();
    };
    try {
      return await work(end);
    } finally {
      end();
    }
  }

  /** Hands the turn to the caller that waited longest; a caller that comes later cannot take it in between. */
  #passOn(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken = false;
    else next();
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      let stop = () => {};
      const begin = () => {
        stop();
        resolve();
      };
      this.#waiting.push(begin);
      stop = onAbort(signal, () => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1);
        reject(abortedBy(signal as AbortSignal, "none"));
      });
    });
  }
}
