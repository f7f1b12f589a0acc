import type { Timeline, TimelineReport } from "./conductor.js";
import type { TurnCommand, TurnReport } from "./protocol.js";

/**
 * Leads the clock of one document. The document asks for its turn and says how it stands; what it is told to do is the
 * answer, and its next turn says that it is done.
 */
export class DocumentTimeline implements Timeline {
  readonly document: string;
  readonly #waitsOnHeldCalls: () => boolean;
  /** The time of the document as it was last told. */
  last: TurnReport | undefined;
  #command: ((command: TurnCommand) => void) | undefined;
  #waiting: ((report: TurnReport | undefined) => void)[] = [];
  #isGone = false;

  /** @param waitsOnHeldCalls whether every call that scripts wait for is held back by the harness itself. */
  constructor(document: string, waitsOnHeldCalls: () => boolean = () => false) {
    this.document = document;
    this.#waitsOnHeldCalls = waitsOnHeldCalls;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Takes the document's turn; resolves with what it has to do. */
  turn(report: TurnReport): Promise<TurnCommand> {
    this.last = report;
    const waiting = this.#waiting;
    this.#waiting = [];
    return new Promise((resolve) => {
      this.#command = resolve;
      for (const wake of waiting) wake(report);
    });
  }

  /** The document is left: nothing of it is waited for any more. */
  leave(): void {
    this.#isGone = true;
    this.#command = undefined;
    for (const wake of this.#waiting) wake(undefined);
    this.#waiting = [];
  }

  async report(): Promise<TimelineReport | undefined> {
    const report = await this.#do({ do: "report" });
    if (report === undefined) return undefined;
    const { nowMs, nextDueMs, openCalls, activity } = report;
    return { nowMs, nextDueMs, activity, isBusy: openCalls > 0 && !this.#waitsOnHeldCalls() };
  }

  async passTo(toMs: number): Promise<void> {
    await this.#do({ do: "pass", toMs });
  }

  async runTo(toMs: number): Promise<void> {
    await this.#do({ do: "run", toMs });
  }

  /** Gives the document its turn back, and waits for the next one. */
  async #do(command: TurnCommand): Promise<TurnReport | undefined> {
    if (this.#isGone) return undefined;
    if (this.#command === undefined && (await this.#next()) === undefined) return undefined;
    const give = this.#command;
    this.#command = undefined;
    const next = this.#next();
    give?.(command);
    return next;
  }

  #next(): Promise<TurnReport | undefined> {
    return new Promise((resolve) => {
      if (this.#isGone) resolve(undefined);
      else this.#waiting.push(resolve);
    });
  }
}
