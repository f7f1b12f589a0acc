import { arg, checkArguments, choices, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { sleep } from "../../core/clock.js";
import { envIn, type Env } from "../../core/env.js";
import { HarnessError } from "../../core/errors.js";
import { nameOfCommand } from "../../ctap/command.js";
import type { CtapDevice, TransactOptions } from "../../ctap/device.js";
import { nameOfStatus } from "../../ctap/status.js";
import { TransportError } from "../../ctap/transport-error.js";
import { corrupted, isApplicable } from "./corrupt.js";

/** Which way the message was going when the fault met it. */
export type FaultDirection = "request" | "response";

export type FaultEffect =
  | { readonly do: "delay"; readonly delayMs: number }
  /** The device never receives the request. The transport notices after `silentMs` (0 when absent, Infinity never). */
  | { readonly do: "lose-request"; readonly silentMs?: number }
  /** The device works and answers; the answer never arrives. `silentMs` as above. */
  | { readonly do: "lose-response"; readonly silentMs?: number }
  /** The client gets this status: in the request's direction the device hears nothing, in the other it did work. */
  | { readonly do: "answer"; readonly status: number }
  /** The connection ends for good. */
  | { readonly do: "hang-up" }
  /** The device gets the request twice; the client sees the first answer. */
  | { readonly do: "duplicate" }
  /**
   * One byte changes: `offset` counts from the start, or from the end when negative; `xor` is 0xff when absent. A message
   * that has no such byte passes as it is, and the rule counts as never met.
   */
  | { readonly do: "corrupt"; readonly offset: number; readonly xor?: number };

const EFFECT = choices({
  delay: shape.object({ delayMs: shape.ms }, {}),
  "lose-request": shape.object({}, { silentMs: shape.ms }),
  "lose-response": shape.object({}, { silentMs: shape.ms }),
  answer: shape.object({ status: shape.between({ min: 0, max: 255 }) }, {}),
  "hang-up": shape.object({}, {}),
  duplicate: shape.object({}, {}),
  corrupt: shape.object({ offset: shape.integer }, { xor: shape.between({ min: 0, max: 255 }) }),
});

export interface FaultRule {
  /** Names the rule in the trace, so a report can say which fault a run met. */
  readonly id: string;
  /** `request` when absent. Only delay, answer, hang-up and corrupt know both. */
  readonly direction?: FaultDirection;
  /** CTAP command byte the rule waits for; any command when absent. */
  readonly command?: number;
  /** Which matching request, counted from 1; every one when absent. */
  readonly nth?: number;
  readonly effect: FaultEffect;
}

const RULE = parameters<FaultRule>({
  id: shape.text,
  direction: maybe(shape.oneOf(["request", "response"])),
  command: maybe(shape.between({ min: 0, max: 255 })),
  nth: maybe(shape.integer),
  effect: EFFECT,
});

/** A fault that was planned and never happened: the run did not test what it says it tests. */
export class UnusedFaultError extends HarnessError<"FAULT_UNUSED"> {
  readonly rules: readonly string[];

  constructor(rules: readonly string[]) {
    super("FAULT_UNUSED", `never met: ${rules.join(", ")}`, {
      hint: "Check the rule's command byte and nth against the trace's ctap.request lines.",
    });
    this.rules = rules;
  }
}

export interface FaultyDevice extends CtapDevice {
  /** @throws {UnusedFaultError} `FAULT_UNUSED` with the ids of rules that never applied. */
  assertAllUsed(): void;
}

/**
 * Wraps a device so that it misbehaves on cue. Works on simulated and real devices alike.
 *
 * Every rule that matches a request applies to it, in the order given.
 *
 * @param env what the call lives in: clock, randomness and trace.
 * @param device the device that misbehaves.
 * @param rules which message meets which fault.
 * @returns a device that behaves like the given one but for the rules; a `corrupt` beyond the end of a message passes it on, and
 *   the rule counts as unused.
 * @throws {RangeError} for two rules of one id, or an nth below 1.
 *
 * @example
 * const faulty = withFaults(env, device, [
 *   { id: "answer lost", command: 0x01, effect: { do: "lose-response" } },
 * ]);
 */
export function withFaults(env: Env, device: CtapDevice, rules: readonly FaultRule[]): FaultyDevice {
  checkArguments("withFaults", {
    env: [arg.env, env],
    device: [arg.having("a device (CtapDevice)", "transact"), device],
    rules: [shape.list(RULE), rules],
  });
  checkRules(rules);
  const counts = new Map<string, number>();
  const used = new Set<string>();
  const link = { up: true };

  const matchingRules = (request: Uint8Array): FaultRule[] =>
    rules.filter(({ id, command, nth }) => {
      if (command !== undefined && command !== request[0]) return false;
      const count = (counts.get(id) ?? 0) + 1;
      counts.set(id, count);
      return nth === undefined || nth === count;
    });

  return {
    transport: device.transport,
    oneShot: device.oneShot,
    reachableBy: device.reachableBy,
    label: `${device.label} (with faults)`,
    // Of a phone it is known only once it is there.
    get infoInAdvance() {
      return device.infoInAdvance;
    },
    ...(device.ready && { ready: (options) => device.ready?.(options) ?? Promise.resolve() }),
    [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
    assertAllUsed() {
      const unused = rules.map(({ id }) => id).filter((id) => !used.has(id));
      if (unused.length > 0) throw new UnusedFaultError(unused);
    },
    transact(request: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
      const own = envIn(env, options.context);
      const exchange = new FaultyExchange(own, device, link, (rule) => {
        used.add(rule.id);
        own.trace.emit({ kind: "fault.injected", rule: rule.id, effect: rule.effect.do });
      });
      return exchange.run(request, options, matchingRules(request));
    },
  };
}

function checkRules(rules: readonly FaultRule[]): void {
  const ids = new Set<string>();
  for (const { id, nth } of rules) {
    if (ids.has(id)) throw new RangeError(`two fault rules are called ${id}`);
    if (nth !== undefined && nth < 1) throw new RangeError(`fault rule ${id}: nth counts from 1`);
    ids.add(id);
  }
}

function directionOf({ direction, effect }: FaultRule): FaultDirection {
  if (effect.do === "lose-response") return "response";
  if (effect.do === "lose-request" || effect.do === "duplicate") return "request";
  return direction ?? "request";
}

/** One request and its answer on their way past the rules. */
class FaultyExchange {
  readonly #env: Env;
  readonly #device: CtapDevice;
  readonly #link: { up: boolean };
  readonly #note: (rule: FaultRule) => void;

  constructor(env: Env, device: CtapDevice, link: { up: boolean }, note: (rule: FaultRule) => void) {
    this.#env = env;
    this.#device = device;
    this.#link = link;
    this.#note = note;
  }

  async run(request: Uint8Array, options: TransactOptions, rules: readonly FaultRule[]): Promise<Uint8Array> {
    if (!this.#link.up) throw new TransportError("DEVICE_GONE", "a fault ended this connection");
    let outgoing = request;
    let twice = false;
    for (const rule of rules.filter((candidate) => directionOf(candidate) === "request")) {
      const { effect } = rule;
      if (!isApplicable(effect, outgoing)) continue;
      this.#note(rule);
      if (effect.do === "duplicate") twice = true;
      const result = await this.#apply(rule, outgoing, options);
      if (result.final) return result.message;
      outgoing = result.message;
    }
    const answer = this.#device.transact(outgoing, options);
    if (twice) this.#sendAgain(outgoing, options);
    let incoming = await answer;
    for (const rule of rules.filter((candidate) => directionOf(candidate) === "response")) {
      if (!isApplicable(rule.effect, incoming)) continue;
      this.#note(rule);
      const result = await this.#apply(rule, incoming, options);
      if (result.final) return result.message;
      incoming = result.message;
    }
    return incoming;
  }

  async #apply(
    rule: FaultRule,
    message: Uint8Array,
    { signal }: TransactOptions,
  ): Promise<{ readonly message: Uint8Array; readonly final: boolean }> {
    const { id, effect } = rule;
    const timer = `fault.${id}`;
    switch (effect.do) {
      case "delay":
        // Not interruptible: cancelling is a message too, and overtakes nothing.
        await sleep(this.#env.clock, effect.delayMs, timer);
        return { message, final: false };
      case "lose-request":
      case "lose-response":
        await sleep(this.#env.clock, effect.silentMs ?? 0, timer, { signal }).catch(() => undefined);
        throw new TransportError("DEVICE_GONE", `fault ${id}: ${effect.do}`, { aftermath: "unknown" });
      case "answer":
        return { message: Uint8Array.of(effect.status), final: true };
      case "hang-up":
        this.#link.up = false;
        await this.#device[Symbol.asyncDispose]();
        throw new TransportError("LINK_CLOSED", `fault ${id}: hung up`, { aftermath: "unknown" });
      case "duplicate":
        return { message, final: false };
      case "corrupt":
        return {
          message: corrupted(message, effect),
          final: false,
        };
    }
  }

  #sendAgain(request: Uint8Array, options: TransactOptions): void {
    const { trace } = this.#env;
    this.#device.transact(request, { signal: options.signal, context: options.context }).then(
      (response) => {
        const command = nameOfCommand(request[0] ?? 0);
        trace.emit({ kind: "ctap.discarded", command, status: nameOfStatus(response[0] ?? 0) });
      },
      // The copy shares the fate of the connection; the caller learns the failure through the first request.
      () => undefined,
    );
  }
}
