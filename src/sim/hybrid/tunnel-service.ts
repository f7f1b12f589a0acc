import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { QueueFullError } from "../../core/queue.js";
import { messageInbox } from "../../hybrid/message-inbox.js";
import { TUNNEL_SUBPROTOCOL, TunnelHeader } from "../../hybrid/protocol/constants.js";
import type { OpenedTunnel, Tunnel, TunnelClose, TunnelDialer, TunnelOpening } from "../../hybrid/ports.js";
import { RELAY_LIMIT_ROWS, relayLimitsIn, TunnelRelay, type RelayLimits } from "../../hybrid/relay/relay.js";
import type { RelayEnd, RelaySide } from "../../hybrid/relay/relay-tunnel.js";
import { TunnelRefusedError } from "../../hybrid/tunnel-refused-error.js";
import { parseTunnelUrl, type TunnelRequest } from "../../hybrid/protocol/tunnel-url.js";
import { defaultsOf, type OptionsOf } from "../knobs/knob-spec.js";
import { optionRows } from "../knobs/option-rows.js";
import { TUNNEL_KNOBS } from "./tunnel-knobs.js";

export type TunnelSide = "phone" | "desktop";

/** How the service is reached, as {@link TUNNEL_KNOBS} describes it; its own rules are {@link RelayLimits}. */
export interface TunnelServiceBehaviour extends OptionsOf<typeof TUNNEL_KNOBS> {
  /** What it says a phone's routing id is. */
  readonly routingIdHeader: "right" | "missing" | "twice" | "garbled" | "somebody-else's";
}

export type TunnelServiceOptions = Partial<TunnelServiceBehaviour & RelayLimits>;

const OPTIONS = parameters<TunnelServiceOptions>({
  ...RELAY_LIMIT_ROWS,
  ...optionRows(TUNNEL_KNOBS),
  routingIdHeader: maybe(shape.oneOf(["right", "missing", "twice", "garbled", "somebody-else's"])),
});

const STANDARD: TunnelServiceBehaviour = { ...defaultsOf(TUNNEL_KNOBS), routingIdHeader: "right" };

/** Tunnel services of the whole world, in memory: every host name leads here. */
export class SimTunnelService implements TunnelDialer {
  readonly relay: TunnelRelay;
  readonly #env: Env;
  #options: TunnelServiceBehaviour;

  constructor(env: Env, options: TunnelServiceOptions = {}) {
    this.#env = env;
    checkArguments("SimTunnelService", { env: [arg.env, env], options: [OPTIONS, options] });
    this.relay = new TunnelRelay(env, relayLimitsIn(options));
    this.#options = { ...STANDARD, ...options };
  }

  /** Sets options for connections that begin from now on. */
  setBehaviour(options: TunnelServiceOptions): void {
    this.#options = { ...this.#options, ...options };
    this.relay.setLimits(options);
  }

  open(url: string, opening: TunnelOpening, signal: AbortSignal): Promise<OpenedTunnel> {
    return this.#open(url, opening, { signal });
  }

  /** The same service, as one side reaches it. */
  as(side: TunnelSide): TunnelDialer {
    return { open: (url, opening, signal) => this.#open(url, opening, { side, signal }) };
  }

  async #open(
    url: string,
    { headers = {}, context }: TunnelOpening,
    { side, signal }: { readonly side?: TunnelSide; readonly signal: AbortSignal },
  ): Promise<OpenedTunnel> {
    const { connectDelayMs, httpStatus, latencyMs } = this.#options;
    const { origin, request } = parseTunnelUrl(url);
    const path = url.slice(origin.length);
    await sleep(this.#env.clock, connectDelayMs, "tunnel.connect", { signal });
    if (this.#refuses(side, request.method)) {
      if (httpStatus === null) throw new TunnelRefusedError("the tunnel service cannot be reached");
      throw refused(httpStatus);
    }
    const answer = this.relay.admit({
      path,
      subprotocols: [TUNNEL_SUBPROTOCOL],
      header: headerOf(headers),
      context,
    });
    if (answer.status !== 101) throw refused(answer.status);
    const header = this.#headersOf(answer.headers);
    return { tunnel: new MemoryTunnel(this.#env, latencyMs).joining(answer.join), header };
  }

  #refuses(side: TunnelSide | undefined, method: TunnelRequest["method"]): boolean {
    const { refuse, httpStatus } = this.#options;
    if (refuse === "nobody") return httpStatus !== null;
    return refuse === "everybody" || refuse === side || refuse === method;
  }

  #headersOf(headers: Readonly<Record<string, string>>): OpenedTunnel["header"] {
    const right = headerOf(headers);
    return (name) => {
      const value = right(name);
      if (value === undefined) return [];
      if (name.toLowerCase() !== TunnelHeader.ROUTING_ID.toLowerCase()) return [value];
      switch (this.#options.routingIdHeader) {
        case "right":
          return [value];
        case "missing":
          return [];
        case "twice":
          return [value, value];
        case "garbled":
          return ["routing"];
        case "somebody-else's":
          return [value.replace(/./, (digit) => (digit === "0" ? "1" : "0"))];
      }
    };
  }
}

function refused(httpStatus: number): TunnelRefusedError {
  return new TunnelRefusedError(`the tunnel service answered ${httpStatus}`, { httpStatus });
}

function headerOf(headers: Readonly<Record<string, string>>): (name: string) => string | undefined {
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => byName.get(name.toLowerCase());
}

const NORMAL_CLOSE = 1000;
const POLICY_CLOSE = 1008;

/** One side's connection to the service. What is sent before a close arrives before it. */
class MemoryTunnel implements Tunnel {
  readonly closed: Promise<TunnelClose>;
  readonly #env: Env;
  readonly #latencyMs: number;
  readonly #inbox = messageInbox();
  #side: RelaySide | undefined;
  #over = false;
  #reportEnd: (how: TunnelClose) => void = () => {};

  constructor(env: Env, latencyMs: number) {
    this.#env = env;
    this.#latencyMs = latencyMs;
    this.closed = new Promise((resolve) => {
      this.#reportEnd = resolve;
    });
  }

  joining(join: (end: RelayEnd) => RelaySide): this {
    this.#side = join({
      deliver: (message) => this.#later(() => this.#put(message)),
      close: (how) => this.#later(() => this.#end(how)),
    });
    return this;
  }

  send(message: Uint8Array): void {
    if (this.#over) return;
    const copy = message.slice();
    this.#later(() => this.#side?.message(copy));
  }

  receive(signal?: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#inbox.next(signal);
  }

  close(code = NORMAL_CLOSE): void {
    if (this.#over) return;
    this.#end({ code });
    this.#later(() => this.#side?.gone({ code }));
  }

  #put(message: Uint8Array): void {
    try {
      this.#inbox.put(message);
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      this.close(POLICY_CLOSE);
    }
  }

  #end(how: TunnelClose): void {
    this.#over = true;
    this.#inbox.close();
    this.#reportEnd(how);
  }

  /** Where there is no distance there is no timer: each costs the host a turn. */
  #later(work: () => void): void {
    if (this.#latencyMs === 0) work();
    else this.#env.clock.arm(this.#latencyMs, "tunnel.latency", work);
  }
}
