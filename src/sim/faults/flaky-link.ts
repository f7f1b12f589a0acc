import { sleep } from "../../core/clock.js";
import { envFor, envIn, type Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import { CtapCommand, nameOfCommand } from "../../ctap/command.js";
import type { CtapDevice, TransactOptions } from "../../ctap/device.js";
import { nameOfStatus } from "../../ctap/status.js";
import { TransportError } from "../../ctap/transport-error.js";
import type { Knobs } from "../knobs/knobs.js";

export interface FlakyLinkDeps {
  readonly knobs: () => Knobs;
  /** @param context the span of the request that needs the device. */
  readonly open: (context: TraceContext | undefined) => Promise<CtapDevice | undefined>;
}

/**
 * Simulates an unreliable transport at the device interface: late, lost before the authenticator receives the request,
 * or lost with its answer.
 *
 * To a browser it looks like a phone over a tunnel where `link.seenAs` says so; the stages such a link goes
 * through are in the trace then.
 */
export function flakyLink(env: Env, { knobs, open }: FlakyLinkDeps): FlakyLinkDeps["open"] {
  const own = envFor(env, "link");
  const broken = { count: 0 };
  return async (context) => {
    const device = await open(context);
    return device && new FlakyDevice(own, { knobs, device, broken });
  };
}

interface FlakyDeviceDeps {
  readonly knobs: () => Knobs;
  readonly device: CtapDevice;
  /** How many ceremonies the link has failed so far. */
  readonly broken: { count: number };
}

class FlakyDevice implements CtapDevice {
  readonly transport: CtapDevice["transport"];
  readonly oneShot: boolean;
  readonly label: string;
  readonly infoInAdvance?: Uint8Array;
  readonly reachableBy?: readonly string[];
  readonly #env: Env;
  readonly #deps: FlakyDeviceDeps;
  #ready = false;

  constructor(env: Env, deps: FlakyDeviceDeps) {
    this.#env = env;
    this.#deps = deps;
    const { device, knobs } = deps;
    this.transport = knobs().link.seenAs === "hybrid" ? "hybrid" : device.transport;
    this.oneShot = device.oneShot;
    this.label = device.label;
    if (device.reachableBy) this.reachableBy = device.reachableBy;
    if (device.infoInAdvance) this.infoInAdvance = device.infoInAdvance;
  }

  async transact(request: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
    await this.#comeUp(options);
    const { trace } = envIn(this.#env, options.context);
    const response = await this.#deps.device.transact(request, options);
    const isMain = request[0] === CtapCommand.makeCredential || request[0] === CtapCommand.getAssertion;
    if (!isMain || !this.#breaks("after-answer")) return response;
    const reason = "closed before the answer arrived";
    if (this.transport === "hybrid") this.#stage(options, "tunnel-closed", reason);
    else trace.emit({ kind: "link.lost", link: this.label, reason });
    const command = nameOfCommand(request[0] ?? 0);
    trace.emit({ kind: "ctap.discarded", command, status: nameOfStatus(response[0] ?? 0) });
    throw new TransportError("LINK_CLOSED", "the link closed before the answer arrived", {
      aftermath: "unknown",
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#deps.device[Symbol.asyncDispose]();
  }

  /**
   * Brings the transport up, once for every ceremony: what lies between the browser's request and a transport that
   * carries commands.
   */
  async #comeUp(options: TransactOptions): Promise<void> {
    if (this.#ready) return;
    this.#ready = true;
    const { readyMs } = this.#deps.knobs().link;
    const hybrid = this.transport === "hybrid";
    if (hybrid) this.#stage(options, "qr-shown");
    if (readyMs > 0) await sleep(this.#env.clock, readyMs, "link.ready", options);
    if (this.#breaks("before-request")) {
      this.#stage(options, "tunnel-refused", "the phone never joined");
      throw new TransportError("LINK_CLOSED", "the link never came up");
    }
    if (!hybrid) return;
    this.#stage(options, "advert-seen");
    this.#stage(options, "ready");
  }

  #breaks(how: Knobs["link"]["breaks"]): boolean {
    const { broken, knobs } = this.#deps;
    const { breaks, breakCount } = knobs().link;
    if (breaks !== how || broken.count >= breakCount) return false;
    broken.count += 1;
    return true;
  }

  #stage(
    { context }: TransactOptions,
    stage: "qr-shown" | "advert-seen" | "ready" | "tunnel-refused" | "tunnel-closed",
    reason?: string,
  ): void {
    this.#env.trace.in(context).emit({ kind: "link.hybrid", stage, ...(reason !== undefined && { reason }) });
  }
}
