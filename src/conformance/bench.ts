import type { CborKey, CborValue } from "../cbor/value.js";
import { encodeCbor } from "../cbor/encode.js";
import { concat, utf8 } from "../core/bytes.js";
import type { Env } from "../core/env.js";
import { CtapCommand } from "../ctap/command.js";
import { type AuthenticatorInfo, parseInfo } from "../ctap/messages/get-info.js";
import { MessageError } from "../ctap/messages/message-error.js";
import { BROADCAST_CHANNEL, HidCommand } from "../transports/hid/constants.js";
import { type Answer, bodyOf, describeAnswer, isOk } from "./answer.js";
import type { Described, Use } from "./kinds.js";
import { channelIn, HidWire, nonceOf } from "./hid-wire.js";
import { type CtapLink, deviceLink, type SendOptions, wireLink } from "./link.js";
import type { Target } from "./target.js";
import { Inconclusive, NotApplicable } from "./verdict.js";

/** Parameters of a request, keys in any order. */
export type Parameters = ReadonlyMap<CborKey, CborValue>;

/** What the user is to do about a request: touch, or leave the device alone. */
export type Gesture = "touch" | "leave";

export interface CallOptions extends Pick<SendOptions, "cancelAfterMs" | "patienceMs"> {
  /** Without one a request for the user is cancelled, and the check fails for it. */
  readonly gesture?: Gesture | undefined;
}

/** What checks work with: one device, the channel to it, and what is known of its state. */
export class Bench {
  readonly env: Env;
  readonly #target: Target;
  readonly #signal: AbortSignal | undefined;
  #wire: HidWire | undefined;
  #link: CtapLink | undefined;
  #described: Described = { info: undefined, capabilities: undefined };
  #pin: string | undefined;
  /** Own channel; 0 where there is none. */
  channel = 0;
  /** Every CTAP2 answer so far. */
  readonly answers: Answer[] = [];
  #credentials = 0;

  /** @param signal aborts when the run is asked to end. */
  constructor(env: Env, target: Target, signal?: AbortSignal) {
    this.env = env;
    this.#signal = signal;
    this.#target = target;
    this.#pin = target.pin;
  }

  /** @throws {Inconclusive} where reports are out of reach. */
  get wire(): HidWire {
    return this.#wire ?? skipped("is not reached by reports");
  }

  get hasWire(): boolean {
    return this.#wire !== undefined;
  }

  get described(): Described {
    return this.#described;
  }

  /** @throws {NotApplicable} for a device that answers no getInfo. */
  get info(): AuthenticatorInfo {
    return this.#described.info ?? skipped("answers no getInfo");
  }

  /** The PIN, where it is known. Secret. */
  get knownPin(): string | undefined {
    return this.#pin;
  }

  set knownPin(pin: string | undefined) {
    this.#pin = pin;
  }

  get power(): Target["power"] {
    return this.#target.power;
  }

  may(use: Use): boolean {
    if (use === "presence") return this.#target.finger !== undefined;
    if (use === "power") return this.#target.power !== undefined;
    return this.#target.allowed.includes(use);
  }

  async open(): Promise<void> {
    const { port, device } = this.#target;
    if (port !== undefined) {
      this.#wire = new HidWire(this.env, await port());
      this.#link = wireLink(this.env, this.#wire, () => this.channel);
    } else if (device !== undefined) this.#link = deviceLink(this.env, device);
    await this.settle();
    await this.look();
  }

  async close(): Promise<void> {
    await this.#wire?.close();
  }

  /** Begins anew on the own channel: whatever ran is ended, whatever waited to be read is forgotten. */
  async settle(): Promise<void> {
    if (this.#wire === undefined) return;
    this.#wire.drain();
    const known = this.channel !== 0;
    const answer = known ? await this.#wire.init(nonceOf(this.env), this.channel) : undefined;
    const fresh =
      answer ??
      (await this.#wire.init(nonceOf(this.env), BROADCAST_CHANNEL)) ??
      // A device that echoes another nonce has a check of its own; the others are to go on.
      (await this.#wire.exchange(BROADCAST_CHANNEL, HidCommand.INIT, nonceOf(this.env)))?.payload;
    if (fresh === undefined) throw new Inconclusive("the device does not answer INIT");
    this.channel = channelIn(fresh);
    this.#described = { ...this.#described, capabilities: fresh[16] ?? 0 };
    this.#wire.drain();
  }

  /** Asks getInfo anew. */
  async look(): Promise<void> {
    const answer = await this.call(Uint8Array.of(CtapCommand.getInfo));
    this.#described = { ...this.#described, info: isOk(answer) ? readInfo(bodyOf(answer)) : undefined };
  }

  /** Sends a whole CTAP2 request. */
  async call(request: Uint8Array, options: CallOptions = {}): Promise<Answer> {
    const { gesture, ...rest } = options;
    const { finger } = this.#target;
    if (gesture === "touch" && finger === undefined) skipped("can be touched by nobody in this run");
    finger?.prepare(gesture ?? "leave");
    if (this.#link === undefined) throw new Inconclusive("there is no way to the device");
    const answer = await this.#link.send(request, {
      ...rest,
      signal: this.#signal,
      onUpNeeded: () => {
        if (gesture === undefined) return true;
        finger?.needed(gesture);
        return false;
      },
    });
    this.answers.push(answer);
    if (answer.bytes !== undefined) this.#target.onAnswer?.(request, answer.bytes);
    return answer;
  }

  /** Tells whatever touches the device to leave it alone, where a check sends reports of its own. */
  leaveAlone(): void {
    this.#target.finger?.prepare("leave");
  }

  /** Asks for a touch, where a check sends messages of its own. @throws {NotApplicable} where nobody can touch. */
  touchNext(): void {
    const { finger } = this.#target;
    if (finger === undefined) skipped("can be touched by nobody in this run");
    finger.prepare("touch");
    finger.needed("touch");
  }

  /** Sends a command with its parameters in canonical CBOR. */
  send(command: number, parameters: Parameters, options?: CallOptions): Promise<Answer> {
    return this.call(concat(Uint8Array.of(command), encodeCbor(parameters)), options);
  }

  /** Takes the power away and gives it back. @throws {NotApplicable} without a switch. */
  async powerCycle(): Promise<void> {
    const { power } = this.#target;
    if (power === undefined) skipped("has no power switch in this run");
    await this.#wire?.close();
    const port = await power.cycle();
    this.channel = 0;
    this.#wire = new HidWire(this.env, port);
    this.#link = wireLink(this.env, this.#wire, () => this.channel);
    await this.settle();
  }

  /** Resets the device right after power-up, and looks at it anew. @throws {Inconclusive} when it does not. */
  async resetDevice(): Promise<void> {
    await this.powerCycle();
    const answer = await this.call(Uint8Array.of(CtapCommand.reset), { gesture: "touch" });
    if (!isOk(answer)) throw new Inconclusive(`the reset was answered with ${describeAnswer(answer)}`);
    await this.look();
  }

  /** An RP ID of this run that no site can have. */
  freshRpId(): string {
    this.#credentials += 1;
    return `conformance-${this.#credentials}.invalid`;
  }

  hash(): Uint8Array {
    return this.env.entropy.bytes(32);
  }

  sha256(text: string): Uint8Array {
    return this.env.crypto.sha256(utf8(text));
  }
}

function readInfo(body: Uint8Array): AuthenticatorInfo | undefined {
  try {
    return parseInfo(body);
  } catch (error) {
    if (error instanceof MessageError) return undefined;
    throw error;
  }
}

function skipped(lacks: string): never {
  throw new NotApplicable(`the device ${lacks}`);
}
