import { arg, checkArguments, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { Disarm } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { isHarnessError } from "../../core/errors.js";
import { askPort, closeQuietly } from "../../hybrid/ask-port.js";
import type { Tunnel, TunnelDialer } from "../../hybrid/ports.js";
import { tunnelUrl } from "../../hybrid/protocol/tunnel-url.js";
import { parsePush, REVOKE } from "../../hybrid/relay/push-message.js";
import type { Push } from "../../hybrid/relay/push-message.js";
import type { PushService } from "./phone.js";

export interface PushLineOptions {
  readonly dialer: TunnelDialer;
  /** Where the relay is: `ws://HOST:PORT` or `wss://HOST:PORT`. */
  readonly origin: string;
}

const OPTIONS = parameters<PushLineOptions>({
  dialer: arg.having("a TunnelDialer, such as SimTunnelService,", "open"),
  origin: shape.text,
});

/** Between two tries to reach the relay, in milliseconds; doubled after each failure. */
const RETRY_MS = { first: 500, last: 30_000 } as const;

/**
 * Wakes a phone through connections to a relay in another process, such as `passkey-harness tunnel`: one connection for
 * each linked client, made again where it breaks. Dispose of it to let the process end.
 */
export class PushLine implements PushService, AsyncDisposable {
  readonly #env: Env;
  readonly #options: PushLineOptions;
  readonly #over = new AbortController();
  readonly #tunnels = new Map<string, Tunnel>();
  readonly #lines = new Set<Promise<void>>();
  readonly #firstTries: Promise<void>[] = [];

  constructor(env: Env, options: PushLineOptions) {
    checkArguments("PushLine", { env: [arg.env, env], options: [OPTIONS, options] });
    this.#env = env;
    this.#options = options;
  }

  subscribe(contactId: Uint8Array, wake: (push: Push) => void): void {
    let tried = () => {};
    this.#firstTries.push(new Promise((resolve) => (tried = resolve)));
    const line = this.#keep(contactId, wake, tried).finally(() => {
      tried();
      this.#lines.delete(line);
    });
    this.#lines.add(line);
  }

  /** Waits until the relay was asked for every client's line once: calls reach the phone where it answered. */
  async listening(): Promise<void> {
    await Promise.all(this.#firstTries);
  }

  revoke(contactId: Uint8Array): void {
    this.#tunnels.get(this.#urlOf(contactId))?.send(REVOKE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort("the phone listens no more");
    for (const tunnel of this.#tunnels.values()) closeQuietly(tunnel);
    await Promise.all(this.#lines);
  }

  #urlOf(contactId: Uint8Array): string {
    return tunnelUrl(this.#options.origin, { method: "push", contactId });
  }

  async #keep(contactId: Uint8Array, wake: (push: Push) => void, tried: () => void): Promise<void> {
    const { signal } = this.#over;
    const url = this.#urlOf(contactId);
    for (let pauseMs: number = RETRY_MS.first; !signal.aborted;) {
      try {
        const tunnel = await this.#open(url);
        tried();
        pauseMs = RETRY_MS.first;
        await this.#hear(tunnel, wake);
      } catch (error) {
        if (this.#over.signal.aborted) return;
        const code = isHarnessError(error) ? error.code : "PORT_FAILED";
        this.#env.trace.emit({ kind: "link.hybrid", stage: "failed", code });
        tried();
      } finally {
        this.#tunnels.delete(url);
      }
      await this.#pause(pauseMs);
      pauseMs = Math.min(2 * pauseMs, RETRY_MS.last);
    }
  }

  async #open(url: string): Promise<Tunnel> {
    const { signal } = this.#over;
    const { tunnel } = await askPort("dialer", () => this.#options.dialer.open(url, {}, signal), {
      signal,
      onLate: ({ tunnel: late }) => late.close(),
    });
    this.#tunnels.set(url, tunnel);
    return tunnel;
  }

  async #hear(tunnel: Tunnel, wake: (push: Push) => void): Promise<void> {
    const { signal } = this.#over;
    for (;;) {
      const message = await askPort("tunnel", () => tunnel.receive(signal), { signal });
      if (message === undefined) return;
      wake(parsePush(message));
    }
  }

  async #pause(pauseMs: number): Promise<void> {
    const { signal } = this.#over;
    let disarm: Disarm = () => {};
    await new Promise<void>((resolve) => {
      disarm = this.#env.clock.arm(pauseMs, "push.retry", resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    disarm();
  }
}
