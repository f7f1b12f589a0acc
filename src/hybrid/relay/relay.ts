import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape, type Shape } from "../../core/shape.js";
import type { Disarm } from "../../core/clock.js";
import { notify } from "../../core/notify.js";
import { equalBytes, toHex } from "../../core/bytes.js";
import { drawFraction } from "../../core/entropy.js";
import { envIn, type Env } from "../../core/env.js";
import { startTimer } from "../../core/timer.js";
import type { TraceContext } from "../../core/trace.js";
import {
  CONNECT_SIGNAL,
  RELAY_LIFE_MS,
  ROUTING_ID_BYTES,
  TUNNEL_ID_BYTES,
  TUNNEL_SUBPROTOCOL,
  TunnelHeader,
} from "../protocol/constants.js";
import { HybridError } from "../protocol/hybrid-error.js";
import { encodePush, type Push, REVOKE } from "./push-message.js";
import { refuse, type RelayRefusal } from "./relay-refusal.js";
import { RelayTunnel, type RelayEnd, type RelayQuotas, type RelaySide } from "./relay-tunnel.js";
import type { TunnelClose } from "../ports.js";
import { parseTunnelPath, type TunnelRequest } from "../protocol/tunnel-url.js";

/** What a tunnel service allows; those of webauthn-rs's where nothing else is said. */
export interface RelayLimits extends RelayQuotas {
  /** `tunnel.ttl`: how long a tunnel lives, from the first side's arrival, in milliseconds; `null`: without limit. */
  readonly ttlMs: number | null;
  /** A client that arrives later than this after its phone is answered 418, in milliseconds; `null`: never. */
  readonly waitMs: number | null;
  /** Tunnels kept at once, those that wait for their second side included; `null`: any number. */
  readonly tunnelsMax: number | null;
  /** `push.deliver`: from a client's call to the phone getting it, in milliseconds; `null`: the push is lost. */
  readonly pushDelayMs: number | null;
}

/** A row for every limit, for parameter objects that have limits among their members. */
export const RELAY_LIMIT_ROWS = {
  ttlMs: maybe({ ...shape.ms, nullable: true }),
  waitMs: maybe({ ...shape.ms, nullable: true }),
  tunnelsMax: maybe({ ...arg.number, nullable: true }),
  pushDelayMs: maybe({ ...shape.ms, nullable: true }),
  maxMessages: maybe(arg.number),
  maxBytes: maybe(arg.number),
  queueMax: maybe(arg.number),
  dropAfter: maybe({ ...arg.number, nullable: true }),
  breakChance: maybe(arg.chance),
  garble: maybe({ ...arg.number, nullable: true }),
} satisfies { readonly [Name in keyof RelayLimits]: Shape };

const RELAY_LIMITS_SHAPE = parameters<Partial<RelayLimits>>(RELAY_LIMIT_ROWS);

/** The limits among the members of a larger parameter object. */
export function relayLimitsIn(options: Partial<RelayLimits>): Partial<RelayLimits> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name in RELAY_LIMIT_ROWS));
}

/** An upgrade request, as far as a tunnel service looks at it. */
export interface RelayRequest {
  /** Path and nothing else. */
  readonly path: string;
  readonly subprotocols: readonly string[];
  /** Value of a request header, whatever the case of its name. */
  readonly header: (name: string) => string | undefined;
  /** The span of the caller; known only where both ends share a trace. */
  readonly context?: TraceContext | undefined;
}

/** Refused with an HTTP status, or let in: send 101 with these headers and {@link TUNNEL_SUBPROTOCOL}, then join. */
export type RelayAnswer =
  | RelayRefusal
  | {
      readonly status: 101;
      readonly headers: Readonly<Record<string, string>>;
      readonly join: (end: RelayEnd) => RelaySide;
    };

/** The limits that stand where nothing else is said. */
export const RELAY_LIMITS: RelayLimits = {
  ttlMs: RELAY_LIFE_MS,
  waitMs: null,
  tunnelsMax: null,
  pushDelayMs: 1_000,
  maxMessages: 16,
  maxBytes: 16_384,
  queueMax: 6,
  dropAfter: null,
  breakChance: 0,
  garble: null,
};

/** Phones of other processes that wait to be woken, at most. */
const CONTACTS_MAX = 10_000;

interface RelaySession {
  readonly routingId: Uint8Array;
  readonly openedAtMs: number;
  readonly tunnel: RelayTunnel;
  /** Whether the client of a contact request asks for a signal when the phone joins. */
  readonly signals: boolean;
  full: boolean;
}

/**
 * A tunnel service, apart from how its connections are carried: who is let in, who meets whom, and what they may
 * send. It sees ciphertext only, and keeps nothing.
 *
 * @see CTAP 2.2 §11.5.1 (tunnel service); the limits are those of public implementations.
 */
export class TunnelRelay {
  readonly #env: Env;
  #limits: RelayLimits;
  readonly #meetings = new Map<string, RelaySession>();
  readonly #pushes = new Set<Disarm>();
  readonly #contacts = new Map<string, ((push: Push) => void) | "gone">();

  constructor(env: Env, limits: Partial<RelayLimits> = {}) {
    checkArguments("TunnelRelay", { env: [arg.env, env], limits: [RELAY_LIMITS_SHAPE, limits] });
    this.#env = env;
    this.#limits = { ...RELAY_LIMITS, ...limits };
  }

  /** Tunnels that live. */
  get size(): number {
    return this.#meetings.size;
  }

  /** Sets limits for tunnels opened from now on. */
  setLimits(limits: Partial<RelayLimits>): void {
    this.#limits = { ...this.#limits, ...limits };
  }

  /** Subscribes a linked phone, to be woken under this id from now on. */
  subscribe(contactId: Uint8Array, wake: (push: Push) => void): void {
    this.#contacts.set(toHex(contactId), wake);
  }

  /**
   * Revokes a contact id: the phone will never come again under this id, and clients that ask receive the answer to
   * forget it.
   */
  revoke(contactId: Uint8Array): void {
    this.#contacts.set(toHex(contactId), "gone");
  }

  admit(request: RelayRequest): RelayAnswer {
    if (!request.subprotocols.includes(TUNNEL_SUBPROTOCOL)) return refuse("no-subprotocol");
    const wanted = readPath(request.path);
    switch (wanted?.method) {
      case undefined:
        return refuse("bad-path");
      case "new":
        return this.#open(wanted.tunnelId, request);
      case "connect":
        return this.#connect(wanted);
      case "contact":
        return this.#contact(wanted.contactId, request);
      case "push":
        return this.#listen(wanted.contactId);
    }
  }

  /** Closes every tunnel; pushes that are under way are lost. */
  close(): void {
    for (const disarm of this.#pushes) disarm();
    this.#pushes.clear();
    for (const { tunnel } of [...this.#meetings.values()]) tunnel.end({ code: 1001 });
  }

  get #isFull(): boolean {
    return this.#meetings.size >= (this.#limits.tunnelsMax ?? Infinity);
  }

  #open(tunnelId: Uint8Array, { context }: RelayRequest): RelayAnswer {
    if (this.#meetings.has(toHex(tunnelId))) return refuse("tunnel-taken");
    if (this.#isFull) return refuse("full");
    const { routingId, tunnel } = this.#begin(tunnelId, { signals: false, context });
    return {
      status: 101,
      headers: { [TunnelHeader.ROUTING_ID]: toHex(routingId) },
      join: (end) => tunnel.join(end),
    };
  }

  #connect({ routingId, tunnelId }: TunnelRequest & { readonly method: "connect" }): RelayAnswer {
    const meeting = this.#meetings.get(toHex(tunnelId));
    if (meeting === undefined || meeting.full || !equalBytes(meeting.routingId, routingId)) {
      return refuse("no-such-tunnel");
    }
    const waitedMs = this.#env.clock.nowMs() - meeting.openedAtMs;
    if (waitedMs > (this.#limits.waitMs ?? Infinity)) return refuse("came-too-late");
    // Two who come at once: the second finds the place taken.
    meeting.full = true;
    return {
      status: 101,
      headers: {},
      join: (end) => {
        if (meeting.signals) meeting.tunnel.announce(CONNECT_SIGNAL);
        return meeting.tunnel.join(end);
      },
    };
  }

  #contact(contactId: Uint8Array, { header, context }: RelayRequest): RelayAnswer {
    const wake = this.#contacts.get(toHex(contactId));
    if (wake === "gone") return refuse("contact-gone");
    const clientPayload = header(TunnelHeader.CLIENT_PAYLOAD);
    if (wake === undefined) return refuse("unknown-contact");
    if (clientPayload === undefined) return refuse("no-client-payload");
    if (this.#isFull) return refuse("full");
    const signals = header(TunnelHeader.SIGNAL_CONNECTION) !== undefined;
    const tunnelId = this.#env.entropy.bytes(TUNNEL_ID_BYTES);
    const { routingId, tunnel } = this.#begin(tunnelId, { signals, context });
    return {
      status: 101,
      headers: signals ? { [TunnelHeader.SIGNAL_CONNECTION]: "true" } : {},
      join: (end) => {
        this.#push(wake, { tunnelId, routingId, clientPayload, ...(context && { context }) });
        return tunnel.join(end);
      },
    };
  }

  /** A phone in another process: what wakes it goes through its connection, for as long as that lasts. */
  #listen(contactId: Uint8Array): RelayAnswer {
    const id = toHex(contactId);
    if (this.#contacts.get(id) === "gone") return refuse("contact-gone");
    if (this.#contacts.size >= CONTACTS_MAX && !this.#contacts.has(id)) return refuse("full");
    return {
      status: 101,
      headers: {},
      join: (end) => {
        const wake = (push: Push) => end.deliver(encodePush(push));
        this.subscribe(contactId, wake);
        return {
          message: (message) => {
            if (equalBytes(message, REVOKE)) this.revoke(contactId);
          },
          text: () => end.close({ code: 1003 }),
          gone: () => {
            if (this.#contacts.get(id) === wake) this.#contacts.delete(id);
          },
        };
      },
    };
  }

  #push(wake: (push: Push) => void, push: Push): void {
    const { pushDelayMs } = this.#limits;
    if (pushDelayMs === null) return;
    const disarm = this.#env.clock.arm(pushDelayMs, "push.deliver", () => {
      this.#pushes.delete(disarm);
      const trace = this.#env.trace.in(push.context);
      trace.emit({ kind: "link.hybrid", stage: "push-sent" });
      notify(
        () => wake(push),
        () => trace.emit({ kind: "link.hybrid", stage: "failed", code: "PUSH_LOST" }),
      );
    });
    this.#pushes.add(disarm);
  }

  #begin(
    tunnelId: Uint8Array,
    { signals, context }: { readonly signals: boolean; readonly context: TraceContext | undefined },
  ): RelaySession {
    const { clock, entropy } = this.#env;
    const { ttlMs, breakChance } = this.#limits;
    const own = envIn(this.#env, context);
    const id = toHex(tunnelId);
    const onEnd = ({ code, reason }: TunnelClose) => {
      this.#meetings.delete(id);
      ttl.disarm();
      own.trace.emit({
        kind: "link.hybrid",
        stage: "tunnel-closed",
        closeCode: code,
        ...(reason !== undefined && { reason }),
      });
    };
    // A fork per tunnel: what chance does in one leaves the others as they were.
    const breakEntropy = breakChance > 0 ? entropy.fork(`luck of ${id}`) : undefined;
    const tunnel = new RelayTunnel(this.#limits, onEnd, breakEntropy && (() => drawFraction(breakEntropy)));
    const ttl = startTimer(own, { timer: "tunnel.ttl", budgetMs: ttlMs ?? Infinity }, () =>
      tunnel.end({ code: 1008, reason: "the tunnel's time is over" }),
    );
    const meeting = {
      routingId: entropy.bytes(ROUTING_ID_BYTES),
      openedAtMs: clock.nowMs(),
      tunnel,
      signals,
      full: false,
    };
    this.#meetings.set(id, meeting);
    return meeting;
  }
}

function readPath(path: string): TunnelRequest | undefined {
  try {
    return parseTunnelPath(path);
  } catch (error) {
    if (error instanceof HybridError) return undefined;
    throw error;
  }
}
