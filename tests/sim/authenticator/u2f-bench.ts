import { parseResponseApdu, encodeApdu, APDU_ANSWER_MAX } from "../../../src/ctap/u2f/apdu.js";
import { concat, utf8 } from "../../../src/core/bytes.js";
import { envFor } from "../../../src/core/env.js";
import { ctap2OverU2f, type Ctap2OverU2fOptions } from "../../../src/ctap/u2f/ctap2-over-u2f.js";
import type { CtapDevice } from "../../../src/ctap/device.js";
import { u2fClient, type U2fClient } from "../../../src/ctap/u2f/u2f-client.js";
import { nameOfStatusWord } from "../../../src/ctap/u2f/u2f-error.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { BenchKey, RP_ID, type BenchOptions } from "./bench-key.js";

export const APPLICATION = defaultCrypto.sha256(utf8(RP_ID));
export const CHALLENGE = defaultCrypto.sha256(utf8("challenge"));
/** What a register request carries. */
export const REGISTER = concat(CHALLENGE, APPLICATION);

/** A key that knows U2F and nothing else, spoken to in APDUs. */
export class U2fBench extends BenchKey {
  constructor(options: BenchOptions = {}) {
    super({ ...options, profile: { ...profileNamed("u2f-only"), ...options.profile } });
  }

  /** Name of the status word, at once: a U2F key never waits. */
  async word(
    ins: number,
    { p1 = 0, data = new Uint8Array(0), cla = 0 }: { p1?: number; data?: Uint8Array; cla?: number } = {},
  ): Promise<string> {
    return this.raw(encodeApdu({ cla, ins, p1, p2: 0, data, le: APDU_ANSWER_MAX.extended }));
  }

  async raw(apdu: Uint8Array): Promise<string> {
    return nameOfStatusWord(parseResponseApdu(await this.run(this.key.handleU2f(apdu))).statusWord);
  }

  client(): U2fClient {
    return u2fClient(envFor(this.env, "client"), this.key.handleU2f);
  }

  /** The key behind CTAP2's seam. */
  device(options: Ctap2OverU2fOptions = {}): CtapDevice {
    const link = {
      transport: "usb" as const,
      label: "u2f",
      sendApdu: this.key.handleU2f,
      [Symbol.asyncDispose]: async () => {},
    };
    return ctap2OverU2f(envFor(this.env, "client"), link, options);
  }
}
