import assert from "node:assert/strict";
import { type HidDevice, openUsbDevice } from "../../../src/entry/hid.js";
import { type Env, envFor } from "../../../src/entry/sim.js";
import {
  type ClientContext,
  type CredentialRecord,
  authenticate,
  register,
  verifyAssertion,
  verifyRegistration,
} from "../../../src/entry/webauthn.js";
import { creationOptions, ORIGIN, requestOptions, RP_ID } from "../../helpers/ceremony-options.js";
import { KeyOfThisMachine } from "./key-of-this-machine.js";
import type { Recorder } from "./recorded-check.js";

export const PIN = "31415926";

/** Answers whoever asks for the PIN. */
export const knowsThePin: ClientContext["pin"] = () => Promise.resolve(PIN);

/** What one sign-in or registration wants otherwise than most. */
export interface Wish extends Partial<ClientContext> {
  readonly uv?: "required" | "discouraged";
  /** Which account; the first one by default. */
  readonly user?: string;
}

const SITE = { challenge: creationOptions().challenge, origins: [ORIGIN], rpId: RP_ID };

/** Somebody with a key in this machine, a browser that has it open, and one site. */
export class Owner {
  readonly recorder: Recorder;
  readonly key: KeyOfThisMachine;
  readonly env: Env;
  path = "";
  device!: HidDevice;
  #credential: CredentialRecord | undefined;

  private constructor(recorder: Recorder, key: KeyOfThisMachine) {
    this.recorder = recorder;
    this.key = key;
    this.env = envFor(key.env, "browser");
  }

  static async arrive(recorder: Recorder): Promise<Owner> {
    const owner = new Owner(recorder, await KeyOfThisMachine.plugIn(recorder));
    await owner.open();
    return owner;
  }

  /** Opens the key as it is listed now. */
  async open(): Promise<void> {
    ({ path: this.path } = await this.key.listed());
    this.device = await openUsbDevice(this.env, this.path);
  }

  /** Plugs the key in again and opens it anew. */
  async replug(): Promise<void> {
    await this.key.exposed.replug();
    await this.device[Symbol.asyncDispose]();
    await this.open();
  }

  async register({ uv = "discouraged", user = "dXNlci0x", ...client }: Wish = {}) {
    const options = creationOptions({
      user: { id: user, name: user, displayName: user },
      authenticatorSelection: { residentKey: "required", userVerification: uv },
    });
    const response = await register(this.env, this.device, options, { origin: ORIGIN, ...client });
    const verified = verifyRegistration(response, SITE);
    this.#credential = verified.credential;
    return verified;
  }

  /** With the passkey registered last, whatever else the key holds. */
  async signIn({ uv = "discouraged", ...client }: Wish = {}) {
    assert.ok(this.#credential, "nothing is registered");
    const allowCredentials = [{ type: "public-key", id: this.#credential.id }];
    const wanted = requestOptions({ userVerification: uv, allowCredentials });
    const response = await authenticate(this.env, this.device, wanted, { origin: ORIGIN, ...client });
    const verified = verifyAssertion(response, { ...SITE, credential: this.#credential });
    this.#credential = verified.credential;
    return verified;
  }
}
