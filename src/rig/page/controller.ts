import { cleanUp } from "../../core/clean-up.js";
import type { Env } from "../../core/env.js";
import { readAs } from "../../core/read-shape.js";
import { shape } from "../../core/shape.js";
import { type Answer, json } from "../../loopback/http-messages.js";
import { ServeError } from "../../loopback/serve-error.js";
import { CONTROLLER_PORT } from "../fingers/http-finger.js";
import { fingerFor } from "../fingers/finger-for.js";
import type { Hardware } from "../hardware/hardware.js";
import { powerFor } from "../power/power-for.js";
import { powerCycle, type PowerSwitch } from "../power/power-switch.js";
import { RigError } from "../rig-error.js";
import type { Rig } from "../rig.js";

/** The public protocols by which other tools have a rig press keys. */
export type ControllerProtocol = "controller" | "conformance";

export interface ControllerOptions {
  readonly hardware: Hardware;
  /** Label of the key that is pressed where a request names none; the only key when absent. */
  readonly key?: string;
}

/** Longest that a finger stays down, in milliseconds: the tool that laid it down may have ended. */
const DOWN_MS = 30_000;
/** One press of a tool that says nothing of its length, in milliseconds. */
const PRESS_MS = 500;

const NUMBER = shape.integer;
const RESULTS = shape.open({ passedTestsCount: NUMBER, failedTestsCount: NUMBER }, {});

interface Touch {
  readonly lift: () => void;
  readonly done: Promise<void>;
}

/**
 * Answers what python-fido2's device tests ask their controller, and what FIDO's conformance tools ask in test automation.
 *
 * @see https://github.com/Yubico/python-fido2, tests/device/__init__.py
 * @see https://github.com/fido-alliance/conformance-test-tools-resources, docs/FIDO2/Automation.md
 */
export class Controller {
  readonly #env: Env;
  readonly #rig: Rig;
  readonly #options: ControllerOptions;
  readonly #touches = new Map<string, Touch>();

  constructor(env: Env, rig: Rig, options: ControllerOptions) {
    this.#env = env;
    this.#rig = rig;
    this.#options = options;
  }

  /**
   * Does what a request asks for, and answers once it is done.
   *
   * @returns `undefined` for a path of no protocol.
   * @throws {RigError} `RIG_FINGER_FAILED`, `RIG_POWER_FAILED`. @throws {ServeError} `SERVE_NOT_FOUND`, `SERVE_BODY`.
   */
  async answer(
    protocol: ControllerProtocol,
    request: { readonly method: string; readonly path: string; readonly body: () => Promise<unknown> },
  ): Promise<Answer | undefined> {
    const { method, path } = request;
    if (protocol === "controller") {
      const [, port, what, state] = /^\/usb(\d+)\/(touch|power)\/(on|off)$/.exec(path) ?? [];
      if (method !== "GET" || port === undefined) return undefined;
      const label = this.#labelAt(Number(port));
      if (what === "touch") await (state === "on" ? this.#touch(label) : this.#lift(label));
      else await this.#switch(label, state === "on");
      return json({ ok: true });
    }
    const [, what] = /^\/conformance\/(userpresence|powercycle|results)$/.exec(path) ?? [];
    if (method !== "POST" || what === undefined) return undefined;
    const label = this.#onlyLabel();
    if (what === "userpresence") await this.#finger(label).press({ holdMs: this.#holdMsOf(label) });
    if (what === "powercycle") await powerCycle(this.#env, this.#power(label));
    if (what === "results") this.#note(label, await request.body());
    return json({ ok: true });
  }

  /** Lifts every finger. */
  async end(): Promise<void> {
    for (const label of [...this.#touches.keys()])
      await cleanUp(this.#env.clock, "rig.lift", () => this.#lift(label));
  }

  /** Answers at once, as the tools expect, or when the finger could not even be laid on. */
  async #touch(label: string): Promise<void> {
    await this.#lift(label);
    const abort = new AbortController();
    let failure: unknown;
    const done = this.#finger(label)
      .press({ holdMs: DOWN_MS, signal: abort.signal })
      .catch((error: unknown) => {
        failure = error;
      })
      .finally(() => this.#touches.delete(label));
    this.#touches.set(label, { lift: () => abort.abort(), done });
    // A finger that fails at once is told in this answer.
    const soon = new Promise<void>((resolve) => this.#env.clock.arm(50, "rig.laid", resolve));
    await Promise.race([done, soon]);
    if (failure !== undefined) throw failure as Error;
  }

  async #lift(label: string): Promise<void> {
    const touch = this.#touches.get(label);
    touch?.lift();
    await touch?.done;
  }

  async #switch(label: string, isOn: boolean): Promise<void> {
    const power = this.#power(label);
    await (isOn ? power.on() : power.off());
  }

  #note(label: string, body: unknown): void {
    const results = readAs(RESULTS, body, {
      codes: { unknownMember: "bad", missingMember: "bad", wrongType: "bad", badValue: "bad" },
      toError: ({ text }) => new ServeError("SERVE_BODY", `the results are not as they should be: ${text}`),
    });
    const { passedTestsCount: passed, failedTestsCount: failed } = results;
    const outcome = failed === 0 ? "passed" : "failed";
    this.#rig.log.add({
      kind: "verdict",
      label,
      job: "conformance tools",
      outcome,
      text: `${passed} passed, ${failed} failed`,
    });
    this.#rig.folder.replace(`conformance-${label}.json`, body);
  }

  #labelAt(port: number): string {
    const { keys } = this.#rig.inventory;
    const key = keys.find(({ controllerPort }) => controllerPort === port);
    if (key !== undefined) return key.label;
    if (port === CONTROLLER_PORT && keys.every(({ controllerPort }) => controllerPort === undefined)) {
      return this.#onlyLabel();
    }
    throw new ServeError("SERVE_NOT_FOUND", `no key of the rig has the controllerPort ${port}`);
  }

  #onlyLabel(): string {
    const { keys } = this.#rig.inventory;
    const { key = keys.length === 1 ? keys[0]?.label : undefined } = this.#options;
    if (key !== undefined && keys.some(({ label }) => label === key)) return key;
    throw new ServeError("SERVE_NOT_FOUND", "which key is meant is not said", {
      hint: "rig serve --key LABEL says it, or controllerPort in the rig file",
    });
  }

  #finger(label: string) {
    return fingerFor(this.#env, this.#options.hardware, this.#rig.inventory, label);
  }

  #power(label: string): PowerSwitch {
    const power = powerFor(this.#env, this.#options.hardware, this.#rig.inventory, label);
    if (power !== undefined) return power;
    throw new RigError("RIG_NO_POWER", `the rig has no power switch for "${label}"`);
  }

  #holdMsOf(label: string): number {
    return this.#rig.inventory.keys.find((key) => key.label === label)?.holdMs ?? PRESS_MS;
  }
}
