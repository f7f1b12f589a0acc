import { sleep } from "../../core/clock.js";
import { CtapCommand } from "../../ctap/command.js";
import { Permission as P } from "../../ctap/messages/client-pin.js";
import { expectStatus } from "../answer.js";
import type { Bench, CallOptions } from "../bench.js";
import { create, plainGet, plainMake } from "../ceremony.js";
import type { Check, Need } from "../check.js";
import { CTAP2, CTAP21, hasOption, optionOff, optionOn, PIN } from "../needs.js";
import {
  agree,
  altered,
  askToken,
  changePin,
  clientPin,
  encryptedHash,
  keyMember,
  otherPin,
  PIN_MEMBER,
  protocolsOf,
  type Token,
  tokenFor,
} from "../pin.js";
import { demand, Inconclusive, NotApplicable } from "../verdict.js";

const TOKENS: readonly Need[] = [
  CTAP2,
  CTAP21,
  PIN,
  optionOn("pinUvAuthToken"),
  optionOff("noMcGaPermissionsWithClientPin"),
];
const TOUCH: CallOptions = { gesture: "touch" };

/** makeCredential signed with a token. */
async function make(bench: Bench, token: Token, rpId: string, options: CallOptions = TOUCH) {
  const parameters = plainMake(bench, rpId);
  parameters.set(8, token.authenticate(parameters.get(1) as Uint8Array)).set(9, token.version);
  return bench.send(CtapCommand.makeCredential, parameters, options);
}

/** getAssertion signed with a token; nothing is found, so that no touch is spent where the token is good. */
async function get(bench: Bench, token: Token, rpId: string) {
  const parameters = plainGet(bench, rpId);
  parameters.set(3, [
    new Map<string, string | Uint8Array>([
      ["id", new Uint8Array(32).fill(0x5c)],
      ["type", "public-key"],
    ]),
  ]);
  parameters.set(6, token.authenticate(parameters.get(2) as Uint8Array)).set(7, token.version);
  return bench.send(CtapCommand.getAssertion, parameters);
}

/** What a good token gets from {@link get}. */
const GOOD = "NO_CREDENTIALS";

const otherWay = (permission: number, send: "make" | "get", name: string): Rule => ({
  id: `token.${name}`,
  title: `a token without the permission of ${send === "make" ? "makeCredential" : "getAssertion"} is refused with PIN_AUTH_INVALID`,
  section: "6.5.2.1",
  async run(bench) {
    const rpId = bench.freshRpId();
    const token = await tokenFor(bench, { permissions: permission, rpId });
    const answer = send === "make" ? await make(bench, token, rpId, {}) : await get(bench, token, rpId);
    expectStatus(answer, "PIN_AUTH_INVALID");
  },
});

type Rule = Omit<Check, "severity" | "needs" | "uses" | "pin"> & Partial<Check>;

/** Permissions that need an option; without it they are refused. */
const UNAUTHORISED: readonly (readonly [name: string, bit: number, option: string])[] = [
  ["credential-management", P.credentialManagement, "credMgmt"],
  ["bio-enrollment", P.bioEnrollment, "bioEnroll"],
  ["large-blob-write", P.largeBlobWrite, "largeBlobs"],
  ["config", P.authenticatorConfig, "authnrCfg"],
  ["read-only", P.persistentCredentialManagementReadOnly, "perCredMgmtRO"],
];

const RULES: readonly Rule[] = [
  otherWay(P.getAssertion, "make", "make-without-permission"),
  otherWay(P.makeCredential, "get", "get-without-permission"),
  {
    id: "token.bound-to-rp",
    title: "a token for one RP ID is refused for another with PIN_AUTH_INVALID",
    section: "6.5.2.1",
    async run(bench) {
      const token = await tokenFor(bench, { permissions: P.getAssertion, rpId: bench.freshRpId() });
      expectStatus(await get(bench, token, bench.freshRpId()), "PIN_AUTH_INVALID");
    },
  },
  {
    id: "token.binds-at-first-use",
    title: "a token without an RP ID is bound to the first one that it is used for",
    section: "6.2.2 step 6",
    async run(bench) {
      const token = await tokenFor(bench, { permissions: P.getAssertion, legacy: true });
      expectStatus(await get(bench, token, bench.freshRpId()), GOOD);
      expectStatus(await get(bench, token, bench.freshRpId()), "PIN_AUTH_INVALID");
    },
  },
  {
    id: "token.wrong-param",
    title: "a wrong pinUvAuthParam is refused with PIN_AUTH_INVALID",
    section: "6.2.2 step 6",
    async run(bench) {
      const rpId = bench.freshRpId();
      const token = await tokenFor(bench, { permissions: P.getAssertion, rpId });
      const wrong = altered(token, (param) => param.map((byte) => byte ^ 1));
      expectStatus(await get(bench, wrong, rpId), "PIN_AUTH_INVALID");
    },
  },
  {
    id: "token.short-param",
    title: "a pinUvAuthParam that is cut short is refused",
    section: "6.5.6",
    async run(bench) {
      const rpId = bench.freshRpId();
      const token = await tokenFor(bench, { permissions: P.getAssertion, rpId });
      const cut = altered(token, (param) => param.subarray(0, 8));
      expectStatus(await get(bench, cut, rpId), "PIN_AUTH_INVALID", "INVALID_PARAMETER", "INVALID_LENGTH");
    },
  },
  {
    id: "token.without-protocol",
    title: "a pinUvAuthParam without its protocol is refused with MISSING_PARAMETER",
    section: "6.2.2 step 2",
    async run(bench) {
      const parameters = plainGet(bench);
      const token = await tokenFor(bench, { permissions: P.getAssertion, rpId: parameters.get(1) as string });
      parameters.set(6, token.authenticate(parameters.get(2) as Uint8Array));
      expectStatus(await bench.send(CtapCommand.getAssertion, parameters), "MISSING_PARAMETER");
    },
  },
  {
    id: "token.unknown-protocol",
    title: "a pinUvAuthParam of a protocol that is not spoken is refused with INVALID_PARAMETER",
    section: "6.2.2 step 2",
    async run(bench) {
      const parameters = plainGet(bench).set(6, new Uint8Array(16)).set(7, 9);
      expectStatus(await bench.send(CtapCommand.getAssertion, parameters), "INVALID_PARAMETER");
    },
  },
  {
    id: "token.other-protocol",
    title: "a token of one protocol is refused by the other",
    section: "6.5.2.1",
    async run(bench) {
      if (protocolsOf(bench).length < 2) throw new NotApplicable("the device speaks one protocol");
      const rpId = bench.freshRpId();
      const token = await tokenFor(bench, { permissions: P.getAssertion, rpId, version: 2 });
      expectStatus(await get(bench, { ...token, version: 1 }, rpId), "PIN_AUTH_INVALID");
    },
  },
  {
    id: "token.newer-one-ends-older",
    title: "a new token makes the one before worthless",
    section: "6.5.2.1",
    async run(bench) {
      const rpId = bench.freshRpId();
      const older = await tokenFor(bench, { permissions: P.getAssertion, rpId });
      await tokenFor(bench, { permissions: P.getAssertion, rpId });
      expectStatus(await get(bench, older, rpId), "PIN_AUTH_INVALID");
    },
  },
  {
    id: "token.spent-by-touch",
    title: "a token is good for one credential only",
    section: "6.1.2 step 14",
    uses: ["pin", "presence"],
    async run(bench) {
      const rpId = bench.freshRpId();
      const token = await tokenFor(bench, { permissions: P.makeCredential | P.getAssertion, rpId });
      const first = await make(bench, token, rpId);
      if (first.bytes?.[0] !== 0) throw new Inconclusive("the token made no credential");
      expectStatus(await make(bench, token, rpId, {}), "PIN_AUTH_INVALID");
    },
  },
  {
    id: "token.ends-with-power",
    title: "a token is worthless after the power was gone",
    section: "6.5.2.1",
    uses: ["pin", "power"],
    async run(bench) {
      const rpId = bench.freshRpId();
      const token = await tokenFor(bench, { permissions: P.getAssertion, rpId });
      await bench.powerCycle();
      expectStatus(await get(bench, token, rpId), "PIN_AUTH_INVALID");
    },
  },
  {
    id: "token.ends-with-pin-change",
    title: "a token is worthless after the PIN was changed",
    section: "6.5.5.6",
    async run(bench) {
      const pin = bench.knownPin ?? "";
      const rpId = bench.freshRpId();
      const token = await tokenFor(bench, { permissions: P.getAssertion, rpId });
      await changePin(bench, { from: pin, to: otherPin(pin) });
      const answer = await get(bench, token, rpId);
      await changePin(bench, { from: otherPin(pin), to: pin });
      expectStatus(answer, "PIN_AUTH_INVALID");
    },
  },
  {
    id: "token.unused-for-31-s",
    title: "a token that was not used within 30 seconds is worthless",
    section: "6.5.2.1",
    async run(bench) {
      const rpId = bench.freshRpId();
      const token = await tokenFor(bench, { permissions: P.getAssertion, rpId });
      await sleep(bench.env.clock, 31_000, "conformance.pause");
      expectStatus(await get(bench, token, rpId), "PIN_AUTH_INVALID");
    },
  },
  {
    id: "token.used-within-25-s",
    title: "a token is still good when it is first used after 25 seconds",
    section: "6.5.2.1",
    severity: "should",
    async run(bench) {
      const rpId = bench.freshRpId();
      const token = await tokenFor(bench, { permissions: P.getAssertion, rpId });
      await sleep(bench.env.clock, 25_000, "conformance.pause");
      expectStatus(await get(bench, token, rpId), GOOD);
    },
  },
  {
    id: "token.older-than-10-min",
    title: "a token that is in use is worthless after ten minutes",
    section: "6.5.2.1",
    async run(bench) {
      const rpId = bench.freshRpId();
      const token = await tokenFor(bench, { permissions: P.getAssertion, rpId });
      for (let waited = 0; waited < 605_000; waited += 20_000) {
        await get(bench, token, rpId);
        await sleep(bench.env.clock, 20_000, "conformance.pause");
      }
      expectStatus(await get(bench, token, rpId), "PIN_AUTH_INVALID");
    },
  },
  {
    id: "token.no-permissions",
    title: "permissions of 0 are refused with INVALID_PARAMETER",
    section: "6.5.5.7.2",
    async run(bench) {
      expectStatus((await askToken(bench, { permissions: 0 })).answer, "INVALID_PARAMETER");
    },
  },
  {
    id: "token.legacy-with-permissions",
    title: "getPinToken with permissions is refused with INVALID_PARAMETER",
    section: "6.5.5.7.1",
    async run(bench) {
      const secret = await agree(bench);
      const answer = await clientPin(bench, 5, [
        [PIN_MEMBER.pinUvAuthProtocol, secret.protocol.version],
        keyMember(secret),
        [PIN_MEMBER.pinHashEnc, encryptedHash(bench, secret, bench.knownPin ?? "0000")],
        [PIN_MEMBER.permissions, P.getAssertion],
      ]);
      expectStatus(answer, "INVALID_PARAMETER");
    },
  },
  ...UNAUTHORISED.map(([name, bit, id]): Rule => ({
    id: `token.unauthorised-${name}`,
    title: `the permission ${name} on a device without ${id} is refused with UNAUTHORIZED_PERMISSION`,
    section: "6.5.5.7.2",
    needs: [...TOKENS, { lacks: `has the option ${id}`, holds: (device) => !hasOption(id).holds(device) }],
    async run(bench) {
      expectStatus((await askToken(bench, { permissions: bit })).answer, "UNAUTHORIZED_PERMISSION");
    },
  })),
  {
    id: "token.read-only-mixed",
    title: "the read-only permission together with another is refused with UNAUTHORIZED_PERMISSION",
    section: "6.5.5.7.2",
    needs: [...TOKENS, optionOn("perCredMgmtRO")],
    async run(bench) {
      const { answer } = await askToken(bench, {
        permissions: P.persistentCredentialManagementReadOnly | P.getAssertion,
      });
      expectStatus(answer, "UNAUTHORIZED_PERMISSION");
    },
  },
  {
    id: "token.verified-flag",
    title: "a credential that was made with a token has the flag UV",
    section: "6.1.2 step 11",
    uses: ["pin", "presence"],
    needs: [CTAP2, PIN, optionOff("noMcGaPermissionsWithClientPin")],
    async run(bench) {
      const { data } = await create(bench);
      demand(data.userVerified, "UV", "no UV");
    },
  },
];

/** pinUvAuthTokens: permissions, binding, lifetime. */
export const TOKEN_CHECKS: readonly Check[] = RULES.map((rule) => ({
  severity: "must",
  needs: TOKENS,
  pin: "set",
  uses: ["pin"],
  ...rule,
}));
