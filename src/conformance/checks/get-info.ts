import type { CborMap, CborValue } from "../../cbor/value.js";
import { scanCbor } from "../../cbor/scan.js";
import { equalBytes } from "../../core/bytes.js";
import { CtapCommand } from "../../ctap/command.js";
import { bodyOf, expectMap, expectStatus, isOk, wrongAnswer } from "../answer.js";
import type { Bench } from "../bench.js";
import type { Check } from "../check.js";
import { CTAP2 } from "../needs.js";
import { demand, NotApplicable, shown } from "../verdict.js";

const SECTION = "6.4";

export async function infoMap(bench: Bench): Promise<CborMap> {
  return expectMap(await bench.call(Uint8Array.of(CtapCommand.getInfo)));
}

/** Whether a value is what a member of getInfo has to be; the text completes "is". */
interface Kind {
  readonly is: string;
  readonly holds: (value: CborValue) => boolean;
}

const isUint = (value: CborValue) =>
  (typeof value === "number" && value >= 0) || (typeof value === "bigint" && value >= 0n);
const isText = (value: CborValue) => typeof value === "string";
const isList = (value: CborValue): value is readonly CborValue[] => Array.isArray(value);
const isMap = (value: CborValue): value is CborMap => value instanceof Map;
const distinct = (values: readonly CborValue[]) => new Set(values).size === values.length;

const uint = (min = 0, max = Number.MAX_SAFE_INTEGER): Kind => ({
  is: max === Number.MAX_SAFE_INTEGER ? `an integer from ${min}` : `an integer from ${min} to ${max}`,
  holds: (value) =>
    isUint(value) && (typeof value === "bigint" || ((value as number) >= min && (value as number) <= max)),
});
const bool: Kind = { is: "a boolean", holds: (value) => typeof value === "boolean" };
const bytes = (length?: number): Kind => ({
  is: length === undefined ? "bytes" : `${length} bytes`,
  holds: (value) => value instanceof Uint8Array && (length === undefined || value.length === length),
});
const texts = (atLeast = 0): Kind => ({
  is: `a list of ${atLeast > 0 ? "at least one text" : "texts"}, none twice`,
  holds: (value) => isList(value) && value.length >= atLeast && value.every(isText) && distinct(value),
});
const uints = (atLeast = 0): Kind => ({
  is: "a list of integers, none twice",
  holds: (value) => isList(value) && value.length >= atLeast && value.every(isUint) && distinct(value),
});
const mapOf = (is: string, inner: (value: CborValue) => boolean): Kind => ({
  is,
  holds: (value) => isMap(value) && [...value].every(([key, one]) => typeof key === "string" && inner(one)),
});
const ALGORITHMS: Kind = {
  is: "a list of at least one map of alg and type",
  holds: (value) =>
    isList(value) &&
    value.length > 0 &&
    value.every(
      (one) => isMap(one) && typeof one.get("alg") === "number" && typeof one.get("type") === "string",
    ),
};

/** Members of getInfo by key: name, and what it is. */
const MEMBERS: readonly (readonly [key: number, name: string, kind: Kind])[] = [
  [0x01, "versions", texts(1)],
  [0x02, "extensions", texts()],
  [0x03, "aaguid", bytes(16)],
  [0x04, "options", mapOf("a map of texts to booleans", (value) => typeof value === "boolean")],
  [0x05, "max-msg-size", uint(1024)],
  [0x06, "pin-uv-auth-protocols", uints(1)],
  [0x07, "max-credential-count-in-list", uint(1)],
  [0x08, "max-credential-id-length", uint(1)],
  [0x09, "transports", texts(1)],
  [0x0a, "algorithms", ALGORITHMS],
  [0x0b, "max-serialized-large-blob-array", uint(1024)],
  [0x0c, "force-pin-change", bool],
  [0x0d, "min-pin-length", uint(4, 63)],
  [0x0e, "firmware-version", uint()],
  [0x0f, "max-cred-blob-length", uint(32)],
  [0x10, "max-rp-ids-for-set-min-pin-length", uint()],
  [0x11, "preferred-platform-uv-attempts", uint(1)],
  [0x12, "uv-modality", uint()],
  [0x13, "certifications", mapOf("a map of texts to integers", isUint)],
  [0x14, "remaining-discoverable-credentials", uint()],
  [0x15, "vendor-prototype-config-commands", uints()],
  [0x16, "attestation-formats", texts(1)],
  [0x17, "uv-count-since-last-pin-entry", uint()],
  [0x18, "long-touch-for-reset", bool],
  [0x19, "enc-identifier", bytes(32)],
  [0x1a, "transports-for-reset", texts()],
  [0x1b, "pin-complexity-policy", bool],
  [0x1c, "pin-complexity-policy-url", bytes()],
  [0x1d, "max-pin-length", uint(4, 63)],
  [0x1e, "enc-cred-store-state", bytes(32)],
  [0x1f, "authenticator-config-commands", uints()],
];

const REQUIRED: readonly number[] = [0x01, 0x03];

const TYPES = MEMBERS.map(([key, name, { is, holds }]) => ({
  id: `get-info.member-${name}`,
  title: `${name.replaceAll("-", " ")} (0x${key.toString(16).padStart(2, "0")}) is ${is}`,
  async run(bench: Bench) {
    const value = (await infoMap(bench)).get(key);
    if (value === undefined && !REQUIRED.includes(key)) throw new NotApplicable("the device does not say");
    demand(value !== undefined, is, "no such member");
    demand(holds(value), is, describe(value));
  },
}));

function describe(value: CborValue): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Map) return `a map of ${value.size}`;
  return isList(value) ? `a list of ${value.length}: ${value.map(describe).join(", ")}` : shown(value);
}

const ENCODING = [
  {
    id: "get-info.answered",
    title: "getInfo is answered with OK and a map",
    async run(bench: Bench) {
      const answer = await bench.call(Uint8Array.of(CtapCommand.getInfo));
      const map = expectMap(answer);
      return { members: map.size, bytes: bodyOf(answer).length, tookMs: Math.round(answer.tookMs) };
    },
  },
  {
    id: "get-info.canonical",
    title: "the answer is CTAP2 canonical CBOR",
    section: "8",
    async run(bench: Bench) {
      const answer = await bench.call(Uint8Array.of(CtapCommand.getInfo));
      expectStatus(answer, "OK");
      const { faults, broken } = scanCbor(bodyOf(answer));
      const [first] = faults;
      if (broken) throw wrongAnswer(answer, "canonical CBOR", broken.message);
      if (first) throw wrongAnswer(answer, "canonical CBOR", `${first.fault} at byte ${first.offset}`);
    },
  },
  {
    id: "get-info.no-trailing-bytes",
    title: "nothing follows the map",
    section: "8",
    async run(bench: Bench) {
      const answer = await bench.call(Uint8Array.of(CtapCommand.getInfo));
      expectStatus(answer, "OK");
      const { end } = scanCbor(bodyOf(answer));
      const more = bodyOf(answer).length - end;
      if (more > 0) throw wrongAnswer(answer, "one map", `${more} bytes behind it`);
    },
  },
  {
    id: "get-info.keys-are-integers",
    title: "all keys of the map are unsigned integers",
    async run(bench: Bench) {
      const strange = [...(await infoMap(bench)).keys()].find((key) => typeof key !== "number" || key < 1);
      demand(strange === undefined, "integers from 1", typeof strange);
    },
  },
  {
    id: "get-info.repeatable",
    title: "a second getInfo says the same, but for what is encrypted anew",
    severity: "should" as const,
    async run(bench: Bench) {
      const [one, two] = [await infoMap(bench), await infoMap(bench)];
      const differs = [...one].filter(
        ([key, value]) => key !== 0x19 && key !== 0x1e && !same(value, two.get(key)),
      );
      demand(
        differs.length === 0,
        "the same members",
        `another value of ${differs.map(([key]) => shown(key)).join(", ")}`,
      );
    },
  },
  {
    id: "get-info.message-size",
    title: "the answer fits into maxMsgSize",
    async run(bench: Bench) {
      const answer = await bench.call(Uint8Array.of(CtapCommand.getInfo));
      if (!isOk(answer)) throw wrongAnswer(answer, "OK");
      const size = answer.bytes?.length ?? 0;
      const max = bench.info.maxMsgSize ?? 1024;
      demand(size <= max, `${max} bytes at most`, `${size}`);
    },
  },
];

function same(a: CborValue, b: CborValue | undefined): boolean {
  if (a instanceof Uint8Array) return b instanceof Uint8Array && equalBytes(a, b);
  if (isList(a)) return isList(b ?? 0) && a.every((one, at) => same(one, (b as readonly CborValue[])[at]));
  if (isMap(a)) return b instanceof Map && [...a].every(([key, one]) => same(one, (b as CborMap).get(key)));
  return a === b;
}

/** getInfo: its encoding, and each of its members. */
export const GET_INFO_CHECKS: readonly Check[] = [...ENCODING, ...TYPES].map((rule) => ({
  section: SECTION,
  severity: "must",
  needs: [CTAP2],
  ...rule,
}));
