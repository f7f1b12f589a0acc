import { utf8 } from "../../core/bytes.js";
import { padPin } from "../../ctap/client/pin.js";
import { ClientPinSubcommand } from "../../ctap/messages/client-pin.js";
import { toCoseMap } from "../../ctap/messages/cose.js";
import { describeAnswer, expectMap, expectStatus, isOk, wrongAnswer } from "../answer.js";
import type { Bench } from "../bench.js";
import type { Check } from "../check.js";
import { CTAP2, PIN } from "../needs.js";
import {
  agree,
  askToken,
  changePin,
  clientPin,
  encryptedHash,
  otherPin,
  PIN_MEMBER as M,
  protocolsOf,
  retriesOf,
  setPaddedPin,
  setPin,
} from "../pin.js";
import { demand, Inconclusive, shown } from "../verdict.js";

const GA = 2;

/** The PIN that is set. @throws {Inconclusive} */
function known(bench: Bench): string {
  return bench.knownPin ?? unknown();
}

function unknown(): never {
  throw new Inconclusive("no PIN is known");
}

const wrong = (bench: Bench, version?: 1 | 2) =>
  askToken(bench, { permissions: GA, rpId: "pin.invalid", pin: otherPin(known(bench)), version });
const right = (bench: Bench, version?: 1 | 2) =>
  askToken(bench, { permissions: GA, rpId: "pin.invalid", version });

/** Gives all tries back. @throws {Inconclusive} when the PIN is not taken. */
async function restored(bench: Bench): Promise<void> {
  let { answer } = await right(bench);
  if (describeAnswer(answer) === "PIN_AUTH_BLOCKED" && bench.may("power")) {
    await bench.powerCycle();
    ({ answer } = await right(bench));
  }
  if (!isOk(answer)) throw new Inconclusive(`the right PIN was answered with ${describeAnswer(answer)}`);
}

type Rule = Omit<Check, "severity" | "needs" | "uses" | "pin"> & Partial<Check>;

const SETTING: readonly Rule[] = [
  ...(
    [
      ["too-short", "a PIN of three characters", (bench: Bench) => setPaddedPin(bench, padPin(utf8("123")))],
      ["empty", "an empty PIN", (bench: Bench) => setPaddedPin(bench, new Uint8Array(64))],
    ] as const
  ).map(([name, what, send]): Rule => ({
    id: `pin.set-${name}`,
    title: `${what} is refused with PIN_POLICY_VIOLATION`,
    section: "6.5.5.5",
    pin: "unset",
    run: async (bench) => expectStatus(await send(bench), "PIN_POLICY_VIOLATION"),
  })),
  ...[48, 80, 128].map((length): Rule => ({
    id: `pin.set-padded-to-${length}`,
    title: `a PIN that is padded to ${length} bytes in place of 64 is refused`,
    section: "6.5.5.5",
    pin: "unset",
    async run(bench) {
      const padded = new Uint8Array(length);
      padded.set(utf8("12345678"));
      expectStatus(
        await setPaddedPin(bench, padded),
        "INVALID_PARAMETER",
        "PIN_POLICY_VIOLATION",
        "INVALID_LENGTH",
      );
    },
  })),
  {
    id: "pin.set-without-terminator",
    title: "a PIN of 64 bytes, which leaves no padding, is refused",
    section: "6.5.1",
    pin: "unset",
    async run(bench) {
      expectStatus(
        await setPaddedPin(bench, new Uint8Array(64).fill(0x31)),
        "PIN_POLICY_VIOLATION",
        "INVALID_PARAMETER",
      );
    },
  },
  {
    id: "pin.set-wrong-param",
    title: "setPIN with a wrong pinUvAuthParam is refused with PIN_AUTH_INVALID",
    section: "6.5.5.5",
    pin: "unset",
    async run(bench) {
      const secret = await agree(bench);
      const extra = secret.protocol.version === 1 ? 0 : 16;
      const answer = await clientPin(bench, ClientPinSubcommand.setPin, [
        [M.pinUvAuthProtocol, secret.protocol.version],
        [M.keyAgreement, toCoseMap(secret.keyAgreement)],
        [M.pinUvAuthParam, new Uint8Array(16 + extra)],
        [M.newPinEnc, bench.env.entropy.bytes(64 + extra)],
      ]);
      expectStatus(answer, "PIN_AUTH_INVALID");
    },
  },
  {
    id: "pin.token-without-pin",
    title: "a token by PIN without a PIN is refused with PIN_NOT_SET",
    section: "6.5.5.7.1",
    pin: "unset",
    async run(bench) {
      const { answer } = await askToken(bench, { permissions: GA, rpId: "pin.invalid", pin: "123456" });
      expectStatus(answer, "PIN_NOT_SET");
    },
  },
  {
    id: "pin.change-without-pin",
    title: "changePIN without a PIN is refused with PIN_NOT_SET",
    section: "6.5.5.6",
    pin: "unset",
    run: async (bench) =>
      expectStatus(await changePin(bench, { from: "123456", to: "654321" }), "PIN_NOT_SET"),
  },
  {
    id: "pin.set-twice",
    title: "setPIN where a PIN is set is refused with PIN_AUTH_INVALID",
    section: "6.5.5.5",
    run: async (bench) => expectStatus(await setPin(bench, "87654321"), "PIN_AUTH_INVALID", "NOT_ALLOWED"),
  },
  {
    id: "pin.set-is-told",
    title: "getInfo says clientPin: true once a PIN is set",
    section: "6.4",
    async run(bench) {
      await bench.look();
      demand(
        bench.info.options?.["clientPin"] === true,
        "clientPin: true",
        shown(bench.info.options?.["clientPin"]),
      );
    },
  },
];

const TRIES: readonly Rule[] = [
  {
    id: "pin.right",
    title: "the right PIN earns a token, by each protocol",
    section: "6.5.5.7",
    async run(bench) {
      for (const version of protocolsOf(bench)) expectStatus((await right(bench, version)).answer, "OK");
    },
  },
  {
    id: "pin.token-length",
    title: "a token has 16 or 32 bytes, 32 by protocol two",
    section: "6.5.5.7",
    async run(bench) {
      for (const version of protocolsOf(bench)) {
        const { answer, secret } = await right(bench, version);
        const sealed = expectMap(answer).get(2);
        demand(sealed instanceof Uint8Array, "pinUvAuthToken", "none");
        const { length } = secret.protocol.decrypt(secret.sharedSecret, sealed) ?? new Uint8Array(0);
        demand(length === 32 || (version === 1 && length === 16), "32 bytes", `${length}`);
      }
    },
  },
  {
    id: "pin.wrong",
    title: "a wrong PIN is refused with PIN_INVALID",
    section: "6.5.5.7",
    async run(bench) {
      await restored(bench);
      const { answer } = await wrong(bench);
      await restored(bench);
      expectStatus(answer, "PIN_INVALID");
    },
  },
  {
    id: "pin.wrong-costs-a-try",
    title: "a wrong PIN costs one of the tries",
    section: "6.5.5.7",
    async run(bench) {
      await restored(bench);
      const before = await retriesOf(bench);
      await wrong(bench);
      const after = await retriesOf(bench);
      await restored(bench);
      demand(after === before - 1, `${before - 1} tries`, `${after}`);
    },
  },
  {
    id: "pin.right-restores-tries",
    title: "the right PIN gives all tries back",
    section: "6.5.5.7",
    async run(bench) {
      await restored(bench);
      const full = await retriesOf(bench);
      await wrong(bench);
      await restored(bench);
      const after = await retriesOf(bench);
      demand(after === full, `${full} tries`, `${after}`);
    },
  },
  {
    id: "pin.wrong-renews-key",
    title: "a wrong PIN makes the key agreement worthless",
    section: "6.5.6",
    async run(bench) {
      await restored(bench);
      const secret = await agree(bench);
      await wrong(bench);
      const answer = await clientPin(bench, ClientPinSubcommand.getPinToken, [
        [M.pinUvAuthProtocol, secret.protocol.version],
        [M.keyAgreement, toCoseMap(secret.keyAgreement)],
        [M.pinHashEnc, encryptedHash(bench, secret, known(bench))],
      ]);
      await restored(bench);
      if (isOk(answer)) throw wrongAnswer(answer, "a refusal of the old shared secret");
    },
  },
  {
    id: "pin.change",
    title: "changePIN with the right PIN changes it",
    section: "6.5.5.6",
    async run(bench) {
      const old = known(bench);
      const changed = otherPin(old);
      expectStatus(await changePin(bench, { from: old, to: changed }), "OK");
      const { answer } = await askToken(bench, { permissions: GA, rpId: "pin.invalid", pin: changed });
      const back = await changePin(bench, { from: changed, to: old });
      expectStatus(answer, "OK");
      expectStatus(back, "OK");
    },
  },
  {
    id: "pin.change-wrong",
    title: "changePIN with a wrong PIN is refused with PIN_INVALID, and costs a try",
    section: "6.5.5.6",
    async run(bench) {
      await restored(bench);
      const before = await retriesOf(bench);
      const answer = await changePin(bench, { from: otherPin(known(bench)), to: "76543210" });
      const after = await retriesOf(bench);
      await restored(bench);
      expectStatus(answer, "PIN_INVALID");
      demand(after === before - 1, `${before - 1} tries`, `${after}`);
    },
  },
];

const BLOCKING: readonly Rule[] = [
  {
    id: "pin.three-wrong-in-a-row",
    title: "the third wrong PIN in a row is refused with PIN_AUTH_BLOCKED",
    section: "6.5.5.7",
    uses: ["pin", "power"],
    async run(bench) {
      await restored(bench);
      const seen: string[] = [];
      for (let tries = 0; tries < 3; tries++) seen.push(describeAnswer((await wrong(bench)).answer));
      await bench.powerCycle();
      await restored(bench);
      demand(
        seen.join() === "PIN_INVALID,PIN_INVALID,PIN_AUTH_BLOCKED",
        "PIN_INVALID twice, then PIN_AUTH_BLOCKED",
        seen.join(", "),
      );
    },
  },
  {
    id: "pin.blocked-until-power-cycle",
    title: "after PIN_AUTH_BLOCKED the right PIN is refused, too, until the power was gone",
    section: "6.5.5.7",
    uses: ["pin", "power"],
    async run(bench) {
      await restored(bench);
      for (let tries = 0; tries < 3; tries++) await wrong(bench);
      const { answer } = await right(bench);
      await bench.powerCycle();
      const afterwards = await right(bench);
      expectStatus(answer, "PIN_AUTH_BLOCKED");
      expectStatus(afterwards.answer, "OK");
    },
  },
  {
    id: "pin.power-cycle-gives-no-tries",
    title: "losing the power gives no tries back",
    section: "6.5.5.7",
    uses: ["pin", "power"],
    async run(bench) {
      await restored(bench);
      const before = await retriesOf(bench);
      await wrong(bench);
      await bench.powerCycle();
      const after = await retriesOf(bench);
      await restored(bench);
      demand(after === before - 1, `${before - 1} tries`, `${after}`);
    },
  },
  {
    id: "pin.all-tries-used",
    title: "with no tries left the right PIN is refused with PIN_BLOCKED, for good",
    section: "6.5.5.7",
    uses: ["pin", "power", "reset", "presence"],
    async run(bench) {
      await restored(bench);
      const tries = await retriesOf(bench);
      for (let spent = 0; spent < tries; spent++) {
        const { answer } = await wrong(bench);
        if (describeAnswer(answer) === "PIN_AUTH_BLOCKED") await bench.powerCycle();
      }
      await bench.powerCycle();
      const { answer } = await right(bench);
      // What is blocked for good ends with a reset; the run sets its PIN anew.
      await bench.resetDevice();
      expectStatus(answer, "PIN_BLOCKED");
    },
  },
];

/** Setting, changing and trying PINs. */
export const PIN_CHECKS: readonly Check[] = [...SETTING, ...TRIES, ...BLOCKING].map((rule) => ({
  severity: "must",
  pin: "set",
  uses: ["pin"],
  needs: [CTAP2, PIN],
  ...rule,
}));
