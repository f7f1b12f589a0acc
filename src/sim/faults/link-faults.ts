import { arg, checkArguments, choices, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { concat } from "../../core/bytes.js";
import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { isHarnessError } from "../../core/errors.js";
import { AdvertInbox } from "../../hybrid/adapters/advert-inbox.js";
import { portFailure } from "../../hybrid/ask-port.js";
import { messageInbox } from "../../hybrid/message-inbox.js";
import type {
  AdvertScanner,
  ReceivedAdvert,
  OpenedTunnel,
  Tunnel,
  TunnelDialer,
} from "../../hybrid/ports.js";
import { corrupted, isApplicable } from "./corrupt.js";
import { UnusedFaultError } from "./faults.js";

/** What may happen to a message in a tunnel, or to an advert. */
export type LinkFaultEffect =
  /** This one comes later; those behind it overtake it. */
  | { readonly do: "delay"; readonly delayMs: number }
  | { readonly do: "lose" }
  | { readonly do: "duplicate" }
  /** The next one comes first. */
  | { readonly do: "swap" }
  /**
   * One byte changes: `offset` counts from the start, or from the end when negative; `xor` is 0xff when absent. A message
   * that has no such byte passes as it is, and the rule counts as never met.
   */
  | { readonly do: "corrupt"; readonly offset: number; readonly xor?: number }
  /** Zeros are added until it has this many bytes. */
  | { readonly do: "lengthen"; readonly toBytes: number }
  /** Something else comes in its place. */
  | { readonly do: "replace"; readonly bytes: Uint8Array }
  /** The tunnel, or the scan, ends before this one. */
  | { readonly do: "hang-up"; readonly code?: number };

const EFFECT = choices({
  delay: shape.object({ delayMs: shape.ms }, {}),
  lose: shape.object({}, {}),
  duplicate: shape.object({}, {}),
  swap: shape.object({}, {}),
  corrupt: shape.object({ offset: shape.integer }, { xor: shape.between({ min: 0, max: 255 }) }),
  lengthen: shape.object({ toBytes: arg.count }, {}),
  replace: shape.object({ bytes: arg.bytes }, {}),
  "hang-up": shape.object({}, { code: shape.integer }),
});

export interface LinkFaultRule {
  readonly id: string;
  /** Of a tunnel; adverts only come in. `in` when absent. */
  readonly direction?: "in" | "out";
  /** Which one, counted from 1 over all tunnels of the dialer; every one when absent. */
  readonly nth?: number;
  readonly effect: LinkFaultEffect;
}

const RULE = parameters<LinkFaultRule>({
  id: shape.text,
  direction: maybe(shape.oneOf(["in", "out"])),
  nth: maybe(shape.integer),
  effect: EFFECT,
});

export interface WithFaultSchedule {
  /** @throws {UnusedFaultError} `FAULT_UNUSED` with the ids of rules that never applied. */
  assertAllUsed(): void;
}

/** Wraps a dialer so that its tunnels misbehave on cue; simulated and real ones alike. */
export function withTunnelFaults(
  env: Env,
  dialer: TunnelDialer,
  rules: readonly LinkFaultRule[],
): TunnelDialer & WithFaultSchedule {
  checkArguments("withTunnelFaults", {
    env: [arg.env, env],
    dialer: [arg.having("a TunnelDialer, such as SimTunnelService,", "open"), dialer],
    rules: [shape.list(RULE), rules],
  });
  const schedule = new FaultSchedule(env, rules);
  return {
    assertAllUsed: () => schedule.assertAllUsed(),
    async open(url, opening, signal): Promise<OpenedTunnel> {
      const opened = await dialer.open(url, opening, signal);
      return { ...opened, tunnel: faultyTunnel(env, opened.tunnel, schedule) };
    },
  };
}

/** Wraps a scanner so that adverts are lost, late, repeated or wrong. */
export function withScannerFaults(
  env: Env,
  scanner: AdvertScanner,
  rules: readonly LinkFaultRule[],
): AdvertScanner & WithFaultSchedule {
  checkArguments("withScannerFaults", {
    env: [arg.env, env],
    scanner: [arg.having("an AdvertScanner, such as SimAir,", "listen"), scanner],
    rules: [shape.list(RULE), rules],
  });
  const schedule = new FaultSchedule(env, rules);
  return {
    assertAllUsed: () => schedule.assertAllUsed(),
    async *listen(signal) {
      const heard = new AdvertInbox();
      const passage = new Passage(env, schedule, {
        direction: "in",
        pass: (serviceData: Uint8Array, advert: ReceivedAdvert) => heard.put({ ...advert, serviceData }),
        hangUp: () => heard.close(),
      });
      const pump = async () => {
        for await (const advert of scanner.listen(signal)) passage.take(advert.serviceData, advert);
        heard.close();
      };
      // The caller's signal ends both loops; the reading loop reports the abort.
      pump().catch((error: unknown) =>
        heard.close(isHarnessError(error) ? error : portFailure("scanner", error)),
      );
      for (;;) {
        const advert = await heard.next(signal);
        if (advert === undefined) return;
        yield advert;
      }
    },
  };
}

class FaultSchedule {
  readonly #env: Env;
  readonly #rules: readonly LinkFaultRule[];
  readonly #counts = { in: 0, out: 0 };
  readonly #used = new Set<string>();

  constructor(env: Env, rules: readonly LinkFaultRule[]) {
    if (new Set(rules.map(({ id }) => id)).size < rules.length) throw new RangeError("two rules share an id");
    this.#env = env;
    this.#rules = rules;
  }

  /** Rules for the next message in that direction. */
  next(direction: "in" | "out", message: Uint8Array): readonly LinkFaultRule[] {
    const count = ++this.#counts[direction];
    const met = this.#rules.filter(
      (rule) =>
        (rule.direction ?? "in") === direction &&
        (rule.nth === undefined || rule.nth === count) &&
        isApplicable(rule.effect, message),
    );
    for (const { id, effect } of met) {
      this.#used.add(id);
      this.#env.trace.emit({ kind: "fault.injected", rule: id, effect: effect.do });
    }
    return met;
  }

  assertAllUsed(): void {
    const unused = this.#rules.map(({ id }) => id).filter((id) => !this.#used.has(id));
    if (unused.length > 0) throw new UnusedFaultError(unused);
  }
}

interface PassageDeps<More> {
  readonly direction: "in" | "out";
  readonly pass: (message: Uint8Array, more: More) => void;
  readonly hangUp: (code: number | undefined) => void;
}

/** One direction, with what waits there for its turn. */
class Passage<More> {
  readonly #env: Env;
  readonly #schedule: FaultSchedule;
  readonly #deps: PassageDeps<More>;
  #held: (() => void)[] = [];

  constructor(env: Env, schedule: FaultSchedule, deps: PassageDeps<More>) {
    this.#env = env;
    this.#schedule = schedule;
    this.#deps = deps;
  }

  take(original: Uint8Array, more: More): void {
    let message = original;
    let copies = 1;
    let delayMs = 0;
    let waits = false;
    for (const { effect } of this.#schedule.next(this.#deps.direction, original)) {
      if (effect.do === "hang-up") return this.#deps.hangUp(effect.code);
      if (effect.do === "lose") copies = 0;
      if (effect.do === "duplicate") copies = 2;
      if (effect.do === "delay") delayMs = effect.delayMs;
      if (effect.do === "swap") waits = true;
      if (effect.do === "replace") message = effect.bytes;
      if (effect.do === "lengthen") message = lengthened(message, effect.toBytes);
      if (effect.do === "corrupt") message = corrupted(message, effect);
    }
    const pass = () => {
      for (let i = 0; i < copies; i++) this.#deps.pass(message, more);
    };
    if (waits) return void this.#held.push(pass);
    if (delayMs === 0) pass();
    else
      sleep(this.#env.clock, delayMs, "fault.delay")
        .then(pass)
        .catch(() => this.#deps.hangUp(undefined));
    for (const late of this.#held.splice(0)) late();
  }
}

function faultyTunnel(env: Env, tunnel: Tunnel, schedule: FaultSchedule): Tunnel {
  const inbox = messageInbox();
  const hangUp = (code: number | undefined) => {
    tunnel.close(code);
    inbox.close();
  };
  const outgoing = new Passage<undefined>(env, schedule, {
    direction: "out",
    pass: (message) => tunnel.send(message),
    hangUp,
  });
  const incoming = new Passage<undefined>(env, schedule, {
    direction: "in",
    pass: (message) => inbox.put(message),
    hangUp,
  });
  const pump = async () => {
    for (;;) {
      const message = await tunnel.receive();
      if (message === undefined) return inbox.close();
      incoming.take(message, undefined);
    }
  };
  pump().catch((error: unknown) => {
    inbox.close(isHarnessError(error) ? error : portFailure("tunnel", error));
    tunnel.close();
  });
  return {
    closed: tunnel.closed,
    send: (message) => outgoing.take(message, undefined),
    receive: (signal) => inbox.next(signal),
    close: (code) => tunnel.close(code),
    ...(tunnel.expect && { expect: tunnel.expect }),
  };
}

function lengthened(message: Uint8Array, toBytes: number): Uint8Array {
  return concat(message, new Uint8Array(Math.max(0, toBytes - message.length)));
}
