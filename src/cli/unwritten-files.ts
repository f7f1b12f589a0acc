import { type Outcome, UsageError } from "./command.js";

/**
 * Collects the files that could not be written after something was done, so that a full disk costs the file and not the
 * result.
 */
export class UnwrittenFiles {
  readonly #errors: UsageError[] = [];

  /** Runs what writes a file. @throws whatever is not about the file. */
  async attempt(write: () => void | Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.#errors.push(error);
    }
  }

  /** Adds them to the outcome, which stands; one that was good becomes a fault of the environment. */
  addTo(outcome: Outcome): Outcome {
    if (this.#errors.length === 0) return outcome;
    const lines = this.#errors.map(({ code, message }) => `not written: ${code}: ${message}`);
    return {
      exitCode: outcome.exitCode === 0 ? 2 : outcome.exitCode,
      json: { ...(outcome.json as object), unwritten: this.#errors.map((error) => error.toJSON()) },
      text: [outcome.text, ...lines].join("\n"),
    };
  }
}
