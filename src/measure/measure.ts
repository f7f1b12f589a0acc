import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import { sleep } from "../core/clock.js";
import type { Env } from "../core/env.js";
import { isHarnessError } from "../core/errors.js";
import { shape } from "../core/shape.js";
import { CtapCommand } from "../ctap/command.js";
import { ClientPinSubcommand, encodeClientPinRequest } from "../ctap/messages/client-pin.js";
import { encodeGetAssertionRequest } from "../ctap/messages/get-assertion.js";
import { type AuthenticatorInfo, parseInfo } from "../ctap/messages/get-info.js";
import {
  encodeMakeCredentialRequest,
  parseMakeCredentialResponse,
} from "../ctap/messages/make-credential.js";
import { parseAuthenticatorData } from "../ctap/messages/authenticator-data.js";
import { CtapStatus, nameOfStatus } from "../ctap/status.js";
import { type HidDevice, openHidDevice } from "../transports/hid/channel.js";
import { HidKeepalive } from "../transports/hid/constants.js";
import { distributionOf } from "./distribution.js";
import type { MeasuredDevice, Measurement } from "./measurement.js";
import { watchedPort, type WatchedPort } from "./watched-port.js";

export interface MeasureOptions {
  /** Samples of each time; those that need a touch or the power are taken less often. 20 when absent. */
  readonly runs?: number | undefined;
  /** Longest wait for a device to give up on its user, in milliseconds; two minutes when absent. */
  readonly presenceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const OPTIONS = parameters<MeasureOptions>({
  runs: maybe(shape.between({ min: 1, max: 100_000 })),
  presenceMs: maybe(shape.ms),
  signal: maybe(arg.signal),
});

const DEVICE = arg.with("a device to measure", "label", "port");

/** Samples that cost a user a touch, or a device its power. */
const COSTLY_RUNS_MAX = 10;

/** Keepalives that are waited for before CANCEL, and for how long at most, in milliseconds. */
const KEEPALIVES_WANTED = 4;
const WATCH_MS_MAX = 5_000;
const WATCH_STEP_MS = 50;

const RP_ID = "measure.invalid";
const PRESENCE_MS = 120_000;

/**
 * Measures how long a device takes. Nothing is stored on it, no PIN is tried; credentials are made that are not
 * discoverable, where there is a finger to touch it.
 *
 * @param env what the call lives in: clock, randomness and trace.
 * @param device opens the device; `finger` and `power` where there are any.
 * @param options how many samples.
 * @returns the distributions, in milliseconds. @throws {TransportError} when the device cannot be opened, or goes away.
 *
 * @example
 * const { keepaliveCadence } = await measureDevice(systemEnv(), device, { runs: 200 });
 */
export async function measureDevice(
  env: Env,
  device: MeasuredDevice,
  options: MeasureOptions = {},
): Promise<Measurement> {
  checkArguments("measureDevice", {
    env: [arg.env, env],
    device: [DEVICE, device],
    options: [OPTIONS, options],
  });
  const run = await Measuring.begin(env, device, options);
  try {
    return await run.measure();
  } finally {
    await run.end();
  }
}

class Measuring {
  readonly #env: Env;
  readonly #device: MeasuredDevice;
  readonly #options: MeasureOptions;
  readonly #notes: string[] = [];
  #watched: WatchedPort;
  #hid: HidDevice;

  private constructor(
    env: Env,
    device: MeasuredDevice,
    options: MeasureOptions,
    opened: [WatchedPort, HidDevice],
  ) {
    this.#env = env;
    this.#device = device;
    this.#options = options;
    [this.#watched, this.#hid] = opened;
  }

  static async begin(env: Env, device: MeasuredDevice, options: MeasureOptions): Promise<Measuring> {
    const watched = watchedPort(env, await device.port());
    const hid = await openHidDevice(env, watched.port, { silenceMs: null, cancelMs: 10_000 });
    return new Measuring(env, device, options, [watched, hid]);
  }

  async end(): Promise<void> {
    await this.#hid[Symbol.asyncDispose]();
  }

  async measure(): Promise<Measurement> {
    const { runs = 20 } = this.#options;
    const info = await this.#info();
    const init = await this.#many(runs, () => this.#hid.resynchronise());
    const getInfo = await this.#many(runs, () => this.#send(Uint8Array.of(CtapCommand.getInfo)));
    const clientPin = info?.pinUvAuthProtocols?.length
      ? await this.#many(runs, () => this.#send(keyAgreement(info)))
      : [];
    const waits = info === undefined ? NO_WAITS : await this.#waits(runs, info);
    const touched = info === undefined ? NO_TOUCHES : await this.#touches(runs, info);
    const reenumeration = await this.#powerCycles(runs);
    return {
      schema: 1,
      label: this.#device.label,
      runs,
      init: distributionOf(init),
      commands: {
        getInfo: distributionOf(getInfo),
        clientPin: distributionOf(clientPin),
        makeCredential: distributionOf(waits.toPrompt),
        getAssertion: distributionOf(touched.silent),
      },
      firstKeepalive: distributionOf(waits.firstKeepalive),
      keepaliveCadence: distributionOf(waits.gaps),
      touchToAnswer: distributionOf(touched.afterTouch),
      cancel: distributionOf(waits.cancel),
      ...waits.timeout,
      reenumeration: distributionOf(reenumeration),
      notes: this.#notes,
    };
  }

  async #info(): Promise<AuthenticatorInfo | undefined> {
    try {
      const answer = await this.#send(Uint8Array.of(CtapCommand.getInfo));
      if (answer[0] === CtapStatus.OK) return parseInfo(answer.subarray(1));
      this.#notes.push(`getInfo answered ${nameOfStatus(answer[0] ?? 0)}`);
    } catch (error) {
      if (!isHarnessError(error)) throw error;
      this.#notes.push(`the device answers no getInfo: ${error.code}`);
    }
    return undefined;
  }

  /** Requests that wait for a touch which does not come: prompt, keepalives, CANCEL, and once the end of the wait. */
  async #waits(runs: number, info: AuthenticatorInfo): Promise<Waits> {
    const waits: Waits = { toPrompt: [], firstKeepalive: [], gaps: [], cancel: [], timeout: {} };
    this.#device.finger?.prepare("leave");
    this.#device.finger?.needed("leave");
    for (let count = 0; count < runs; count++) {
      const seen = await this.#watch(makeCredential(this.#env, info));
      if (seen === undefined) return waits;
      waits.toPrompt.push(seen.toPrompt);
      waits.firstKeepalive.push(seen.firstKeepalive);
      waits.gaps.push(...seen.gaps);
      waits.cancel.push(seen.cancel);
    }
    return { ...waits, timeout: await this.#timeout(info) };
  }

  async #watch(request: Uint8Array): Promise<Watched | undefined> {
    const { clock } = this.#env;
    const seen = this.#watched.keepalives;
    // A cancelled request leaves the channel to be cleared first, which is no part of the next one's time.
    await this.#hid.resynchronise();
    seen.length = 0;
    const abort = new AbortController();
    const beganMs = clock.nowMs();
    let status: number | undefined;
    const answered = this.#send(request, abort.signal).then(
      (answer) => void (status = answer[0]),
      () => undefined,
    );
    const waiting = () => seen.filter((one) => one.status === HidKeepalive.UP_NEEDED);
    while (
      status === undefined &&
      waiting().length < KEEPALIVES_WANTED &&
      clock.nowMs() - beganMs < WATCH_MS_MAX
    ) {
      await sleep(clock, WATCH_STEP_MS, "measure.watch");
    }
    const [first] = seen;
    const [prompt] = waiting();
    if (status !== undefined || first === undefined || prompt === undefined) {
      const how = status === undefined ? "sends no keepalives" : `answers ${nameOfStatus(status)}`;
      this.#notes.push(
        `makeCredential ${how} although nobody was to touch: neither keepalives nor CANCEL were measured`,
      );
      abort.abort();
      await answered;
      return undefined;
    }
    const times = waiting().map(({ atMs }) => atMs);
    const cancelledMs = clock.nowMs();
    abort.abort();
    await answered;
    return {
      toPrompt: prompt.atMs - beganMs,
      firstKeepalive: first.atMs - beganMs,
      gaps: times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0)),
      cancel: clock.nowMs() - cancelledMs,
    };
  }

  async #timeout(info: AuthenticatorInfo): Promise<Waits["timeout"]> {
    const seen = this.#watched.keepalives;
    await this.#hid.resynchronise();
    seen.length = 0;
    const abort = new AbortController();
    const { presenceMs = PRESENCE_MS } = this.#options;
    const disarm = this.#env.clock.arm(presenceMs, "measure.presence", () => abort.abort());
    try {
      const [status] = await this.#send(makeCredential(this.#env, info), abort.signal);
      const prompt = seen.find((one) => one.status === HidKeepalive.UP_NEEDED);
      if (prompt === undefined || abort.signal.aborted) {
        this.#notes.push(`the device waits for a touch for longer than ${presenceMs} ms`);
        return {};
      }
      return { presenceTimeoutMs: this.#env.clock.nowMs() - prompt.atMs, presenceTimeoutStatus: status };
    } catch (error) {
      if (!isHarnessError(error)) throw error;
      this.#notes.push(`the end of the wait for a touch was not measured: ${error.code}`);
      return {};
    } finally {
      disarm();
    }
  }

  /** What needs a credential, and so a touch. */
  async #touches(runs: number, info: AuthenticatorInfo): Promise<Touches> {
    const { finger } = this.#device;
    if (finger === undefined) {
      this.#notes.push("nobody touches the device: neither touchToAnswer nor getAssertion were measured");
      return NO_TOUCHES;
    }
    const afterTouch: number[] = [];
    let credentialId: Uint8Array | undefined;
    for (let count = 0; count < Math.min(runs, COSTLY_RUNS_MAX); count++) {
      finger.prepare("touch");
      finger.needed("touch");
      const answer = await this.#send(makeCredential(this.#env, info));
      if (answer[0] !== CtapStatus.OK) {
        this.#notes.push(
          `makeCredential answered ${nameOfStatus(answer[0] ?? 0)}: no credential to measure with`,
        );
        return NO_TOUCHES;
      }
      const touchedMs = finger.touchedAtMs?.();
      if (touchedMs !== undefined) afterTouch.push(this.#env.clock.nowMs() - touchedMs);
      const { authData } = parseMakeCredentialResponse(answer.subarray(1));
      credentialId = parseAuthenticatorData(authData).attested?.credentialId;
    }
    if (credentialId === undefined) return { afterTouch, silent: [] };
    const request = encodeGetAssertionRequest({
      rpId: RP_ID,
      clientDataHash: this.#env.entropy.bytes(32),
      allowList: [{ id: credentialId, type: "public-key" }],
      options: { up: false },
    });
    return { afterTouch, silent: await this.#many(runs, () => this.#send(request)) };
  }

  async #powerCycles(runs: number): Promise<readonly number[]> {
    const { power } = this.#device;
    if (power === undefined) {
      this.#notes.push("no switch for the power: the time to come back was not measured");
      return [];
    }
    return this.#many(Math.min(runs, COSTLY_RUNS_MAX), async () => {
      await this.end();
      this.#watched = watchedPort(this.#env, await power.cycle());
      this.#hid = await openHidDevice(this.#env, this.#watched.port, { silenceMs: null, cancelMs: 10_000 });
    });
  }

  #send(request: Uint8Array, signal = this.#options.signal): Promise<Uint8Array> {
    return this.#hid.transact(request, { signal });
  }

  async #many(runs: number, work: () => Promise<unknown>): Promise<readonly number[]> {
    const samples: number[] = [];
    for (let count = 0; count < runs; count++) {
      this.#options.signal?.throwIfAborted();
      const beganMs = this.#env.clock.nowMs();
      await work();
      samples.push(this.#env.clock.nowMs() - beganMs);
    }
    return samples;
  }
}

interface Watched {
  readonly toPrompt: number;
  readonly firstKeepalive: number;
  readonly gaps: readonly number[];
  readonly cancel: number;
}

interface Waits {
  readonly toPrompt: number[];
  readonly firstKeepalive: number[];
  readonly gaps: number[];
  readonly cancel: number[];
  readonly timeout: Pick<Measurement, "presenceTimeoutMs" | "presenceTimeoutStatus">;
}

interface Touches {
  readonly afterTouch: readonly number[];
  readonly silent: readonly number[];
}

const NO_WAITS: Waits = { toPrompt: [], firstKeepalive: [], gaps: [], cancel: [], timeout: {} };
const NO_TOUCHES: Touches = { afterTouch: [], silent: [] };

function keyAgreement({ pinUvAuthProtocols = [] }: AuthenticatorInfo): Uint8Array {
  const [pinUvAuthProtocol = 1] = pinUvAuthProtocols;
  return encodeClientPinRequest({ subCommand: ClientPinSubcommand.getKeyAgreement, pinUvAuthProtocol });
}

/** A credential that the device does not store. A verified user is asked for where a touch is not enough. */
function makeCredential({ entropy }: Env, { algorithms, options = {} }: AuthenticatorInfo): Uint8Array {
  return encodeMakeCredentialRequest({
    clientDataHash: entropy.bytes(32),
    rp: { id: RP_ID, name: "Measure" },
    user: { id: entropy.bytes(32), name: "user", displayName: "User" },
    pubKeyCredParams: [{ type: "public-key", alg: algorithms?.[0]?.alg ?? -7 }],
    ...(options["uv"] === true && { options: { uv: true } }),
  });
}
