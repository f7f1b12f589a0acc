import { decodeCborPrefix } from "../../../src/cbor/decode.js";
import { decodeLenient } from "../../../src/cbor/lenient.js";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborValue } from "../../../src/cbor/value.js";
import { concat } from "../../../src/core/bytes.js";
import { type BrokenDevice, changingAnswer, changingBytes, changingRequest } from "./broken-device.js";

const MAKE = 0x01;
const GET = 0x02;
const INFO = 0x04;
const PIN = 0x06;
const RESET = 0x07;
const NEXT = 0x08;
const MANAGEMENT = 0x0a;

const FOREVER_MS = 86_400_000;

const timeouts =
  (changed: Record<string, number>): BrokenDevice["profile"] =>
  (profile) => ({
    ...profile,
    timeouts: { ...profile.timeouts, ...changed },
  });

/** Sets bytes of authenticator data in a copy. */
const inAuthData = (change: (authData: Uint8Array) => void) => (members: Map<unknown, CborValue>) => {
  const authData = (members.get(2) as Uint8Array).slice();
  change(authData);
  members.set(2, authData);
};

/** Reads requests that break the encoding's rules as if they kept them. */
const lenient =
  (read: (body: Uint8Array) => CborValue): BrokenDevice["cbor"] =>
  (handle) =>
  (request, options) => {
    if (request.length < 2) return handle(request, options);
    try {
      return handle(concat(request.subarray(0, 1), encodeCbor(read(request.subarray(1)))), options);
    } catch {
      return handle(request, options);
    }
  };

/** Faults of the encoding. */
const ENCODING: readonly BrokenDevice[] = [
  {
    name: "sorts the members of getInfo wrongly",
    found: ["get-info.canonical"],
    cbor: changingBytes((answer, [command]) => {
      if (command !== INFO || answer[0] !== 0) return answer;
      const { value } = decodeLenient(answer.subarray(1));
      const entries = [...(value as ReadonlyMap<number, CborValue>)].reverse();
      const parts = entries.flatMap(([key, one]) => [encodeCbor(key), encodeCbor(one)]);
      const head = entries.length < 24 ? [0xa0 | entries.length] : [0xb8, entries.length];
      return concat(Uint8Array.of(0, ...head), ...parts);
    }),
  },
  {
    name: "says a member of getInfo twice",
    found: ["get-info.canonical"],
    cbor: changingBytes((answer, [command]) => {
      if (command !== INFO || answer[1] !== 0xb8) return answer;
      const head = Uint8Array.of(0, 0xb8, (answer[2] ?? 0) + 1, 0x01, 0x80);
      return concat(head, answer.subarray(3));
    }),
  },
  {
    name: "sends a byte behind getInfo",
    found: ["get-info.no-trailing-bytes"],
    cbor: changingBytes((answer, [command]) =>
      command === INFO ? concat(answer, Uint8Array.of(0)) : answer,
    ),
  },
  {
    name: "sends a body with refusals",
    found: ["encoding.no-body-with-refusal"],
    cbor: changingBytes((answer) =>
      answer.length === 1 && answer[0] !== 0 ? concat(answer, Uint8Array.of(0xa0)) : answer,
    ),
  },
  {
    name: "accepts bytes behind a request",
    found: ["get-assertion.trailing-byte", "client-pin.trailing-byte"],
    cbor: lenient((body) => decodeCborPrefix(body).value),
  },
  {
    name: "accepts keys in any order, and twice",
    found: ["get-assertion.keys-out-of-order", "get-assertion.duplicate-key", "client-pin.not-shortest"],
    cbor: lenient((body) => decodeLenient(body).value),
  },
  {
    name: "answers unknown commands with OTHER",
    found: ["command.unknown-05", "command.unknown-3f"],
    cbor: changingBytes((answer) => (answer[0] === 0x01 ? Uint8Array.of(0x7f) : answer)),
  },
  {
    name: "says CBOR_UNEXPECTED_TYPE where a member is missing",
    found: ["make-credential.missing-client-data-hash", "get-assertion.missing-rp-id"],
    cbor: changingBytes((answer) => (answer[0] === 0x14 ? Uint8Array.of(0x11) : answer)),
  },
];

/** Faults of credentials and assertions. */
const CREDENTIALS: readonly BrokenDevice[] = [
  {
    name: "makes credentials without a clientDataHash",
    found: ["make-credential.missing-client-data-hash"],
    cbor: changingRequest(MAKE, (parameters) => {
      if (!parameters.has(1)) parameters.set(1, new Uint8Array(32));
    }),
  },
  {
    name: "signs over another hash",
    found: ["get-assertion.signed"],
    cbor: changingRequest(GET, (parameters) => void parameters.set(2, new Uint8Array(32))),
  },
  {
    name: "hashes another RP ID in assertions",
    found: ["get-assertion.rp-id-hash"],
    cbor: changingAnswer(
      [GET, NEXT],
      inAuthData((data) => void (data[0] = (data[0] ?? 0) ^ 1)),
    ),
  },
  {
    name: "hashes another RP ID in new credentials",
    found: ["auth-data.rp-id-hash"],
    cbor: changingAnswer(
      [MAKE],
      inAuthData((data) => void (data[0] = (data[0] ?? 0) ^ 1)),
    ),
  },
  {
    name: "never raises its counter",
    found: ["get-assertion.counter-grows"],
    cbor: changingAnswer(
      [MAKE, GET, NEXT],
      inAuthData((data) => data.set([0, 0, 0, 7], 33)),
    ),
  },
  {
    name: "sets reserved flags",
    found: ["auth-data.flags-reserved"],
    cbor: changingAnswer(
      [MAKE],
      inAuthData((data) => void (data[32] = (data[32] ?? 0) | 0x02)),
    ),
  },
  {
    name: "does not set the flag UP",
    found: ["auth-data.flag-up"],
    cbor: changingAnswer(
      [MAKE],
      inAuthData((data) => void (data[32] = (data[32] ?? 0) & ~0x01)),
    ),
  },
  {
    name: "names another AAGUID in getInfo",
    found: ["auth-data.aaguid"],
    cbor: changingAnswer([INFO], (members) => void members.set(3, new Uint8Array(16).fill(9))),
  },
  {
    name: "signs its attestation wrongly",
    found: ["attestation.verifies"],
    cbor: changingAnswer([MAKE], (members) => {
      const statement = new Map(members.get(3) as ReadonlyMap<string, CborValue>);
      const signature = statement.get("sig");
      if (!(signature instanceof Uint8Array)) return;
      members.set(
        3,
        statement.set(
          "sig",
          signature.map((byte, at) => (at === 12 ? byte ^ 1 : byte)),
        ),
      );
    }),
  },
  {
    name: "ignores the excludeList",
    found: ["make-credential.excluded", "make-credential.excluded-not-first"],
    cbor: changingRequest(MAKE, (parameters) => void parameters.delete(5)),
  },
  {
    name: "tells of an excluded credential without a touch",
    found: ["make-credential.excluded-after-touch"],
    cbor: (handle) => async (request, options) => {
      if (request[0] !== MAKE || !hasList(request)) return handle(request, options);
      return Uint8Array.of(0x19);
    },
  },
  {
    name: "takes the last algorithm of the list",
    found: ["make-credential.first-algorithm-wins"],
    cbor: changingRequest(MAKE, (parameters) => {
      const list = parameters.get(4);
      if (Array.isArray(list)) parameters.set(4, [...(list as CborValue[])].reverse());
    }),
  },
  {
    name: "makes credentials without a touch",
    found: ["make-credential.asks-for-touch"],
    profile: (profile) => ({ ...profile, quirks: ["createsWithoutTouch"] }),
  },
  {
    name: "makes assertions without a touch",
    found: ["get-assertion.asks-for-touch"],
    profile: (profile) => ({ ...profile, quirks: ["assertsWithoutTouch"] }),
  },
  {
    name: "wants a touch despite up: false",
    found: ["get-assertion.up-false"],
    cbor: changingRequest(GET, (parameters) => void parameters.delete(5)),
  },
  {
    name: "counts one credential too many",
    found: ["next-assertion.number"],
    cbor: changingAnswer([GET], (members) => {
      const number = members.get(5);
      if (typeof number === "number") members.set(5, number + 1);
    }),
  },
  {
    name: "keeps a series of assertions for a day",
    found: ["next-assertion.after-30-s"],
    profile: timeouts({ nextAssertionMs: FOREVER_MS }),
  },
  {
    name: "leaves credProtect out",
    found: ["cred-protect.level-1", "cred-protect.level-3"],
    cbor: changingRequest(MAKE, (parameters) => {
      const extensions = new Map(parameters.get(6) as ReadonlyMap<string, CborValue> | undefined);
      if (extensions.delete("credProtect")) parameters.set(6, extensions);
    }),
  },
];

function hasList(request: Uint8Array): boolean {
  const { value } = decodeLenient(request.subarray(1));
  return value instanceof Map && value.has(5);
}

/** Faults of PINs, tokens, management, reset and U2F. */
const SECURITY: readonly BrokenDevice[] = [
  {
    name: "does not count wrong PINs",
    found: ["pin.wrong-costs-a-try", "pin.change-wrong"],
    cbor: changingAnswer([PIN], (members) => {
      if (members.has(3)) members.set(3, 8);
    }),
  },
  {
    name: "lets eight wrong PINs in a row be tried",
    found: ["pin.three-wrong-in-a-row", "pin.blocked-until-power-cycle"],
    profile: (profile) => ({ ...profile, limits: { ...profile.limits, pinMismatchesUntilPowerCycle: 8 } }),
  },
  {
    name: "says PIN_INVALID when the PIN is blocked for good",
    found: ["pin.all-tries-used"],
    profile: (profile) => ({ ...profile, quirks: ["answers31WhenPinBlocked"] }),
  },
  {
    name: "lets tokens live for ever",
    found: ["token.older-than-10-min"],
    profile: timeouts({ tokenLifeMs: FOREVER_MS }),
  },
  {
    name: "lets unused tokens live for ever",
    found: ["token.unused-for-31-s"],
    profile: timeouts({ tokenFirstUseMs: FOREVER_MS }),
  },
  {
    name: "takes PINs of three characters",
    found: ["pin.set-too-short"],
    cbor: changingBytes((answer) => (answer[0] === 0x37 ? Uint8Array.of(0) : answer)),
  },
  {
    name: "does not delete credentials",
    found: ["credential-management.delete"],
    cbor: (handle) => (request, options) =>
      request[0] === MANAGEMENT && request[3] === 6
        ? Promise.resolve(Uint8Array.of(0))
        : handle(request, options),
  },
  {
    name: "takes a reset at any time",
    found: ["reset.outside-window"],
    profile: timeouts({ resetWindowMs: FOREVER_MS }),
  },
  {
    name: "resets nothing, and says OK at once",
    found: ["reset.asks-for-touch", "reset.forgets-credentials"],
    cbor: (handle) => (request, options) =>
      request[0] === RESET ? Promise.resolve(Uint8Array.of(0)) : handle(request, options),
  },
  {
    name: "never raises its counter in U2F",
    base: "generic",
    found: ["u2f.counter-grows"],
    msg: (handle) => async (apdu, options) => {
      const answer = await handle(apdu, options);
      if (apdu[1] === 0x02 && answer.length > 10) answer.set([0, 0, 0, 7], 1);
      return answer;
    },
  },
  {
    name: "answers unknown U2F instructions with OK",
    base: "generic",
    found: ["u2f.unknown-instruction"],
    msg: (handle) => async (apdu, options) => {
      const answer = await handle(apdu, options);
      return answer[0] === 0x6d ? Uint8Array.of(0x90, 0) : answer;
    },
  },
];

/** Faults of CTAP2 and U2F. */
export const BROKEN_CTAP: readonly BrokenDevice[] = [...ENCODING, ...CREDENTIALS, ...SECURITY];
