import { encodeCbor } from "../../cbor/encode.js";
import type { CborKey, CborValue } from "../../cbor/value.js";
import { concat } from "../../core/bytes.js";
import { CtapCommand } from "../../ctap/command.js";
import type { CtapStatusName } from "../../ctap/status.js";
import { describeAnswer, expectStatus, statusOf, wrongAnswer } from "../answer.js";
import type { Bench } from "../bench.js";
import { firstAlgorithm, makeRequest, plainGet, plainMake } from "../ceremony.js";
import type { Check, Need, Severity } from "../check.js";
import { commandNeed } from "../needs.js";
import { NotApplicable } from "../verdict.js";

/** A command with parameters, and parameters that are well formed. */
export interface Command {
  readonly name: string;
  readonly byte: number;
  readonly section: string;
  readonly plain: (bench: Bench) => Map<CborKey, CborValue>;
}

/** Commands that carry a map. What they ask for is harmless even where the device carries it out. */
export const COMMANDS: readonly Command[] = [
  {
    name: "make-credential",
    byte: CtapCommand.makeCredential,
    section: "6.1",
    plain: (bench) => plainMake(bench),
  },
  {
    name: "get-assertion",
    byte: CtapCommand.getAssertion,
    section: "6.2",
    plain: (bench) => plainGet(bench),
  },
  {
    name: "client-pin",
    byte: CtapCommand.clientPin,
    section: "6.5",
    plain: () =>
      new Map([
        [1, 1],
        [2, 2],
      ]),
  },
  {
    name: "bio-enrollment",
    byte: CtapCommand.bioEnrollment,
    section: "6.7",
    plain: () =>
      new Map([
        [1, 1],
        [2, 7],
      ]),
  },
  {
    name: "credential-management",
    byte: CtapCommand.credentialManagement,
    section: "6.8",
    plain: () => new Map([[1, 1]]),
  },
  {
    name: "large-blobs",
    byte: CtapCommand.largeBlobs,
    section: "6.10",
    plain: () =>
      new Map([
        [1, 17],
        [3, 0],
      ]),
  },
  { name: "config", byte: CtapCommand.authenticatorConfig, section: "6.11", plain: () => new Map([[1, 3]]) },
];

/** A key that no command defines; small enough to stay in one byte. */
const STRANGE_KEY = 0x17;

/** One way to break the encoding of a map. */
interface Damage {
  readonly name: string;
  readonly title: string;
  readonly statuses: readonly CtapStatusName[];
  readonly severity?: Severity;
  /** @param entries the well-formed entries, encoded, keys and values in order. */
  readonly damage: (entries: readonly Uint8Array[], whole: Uint8Array) => Uint8Array;
}

const head = (count: number) => Uint8Array.of(0xa0 | count);
const STRANGE = Uint8Array.of(STRANGE_KEY);

const DAMAGES: readonly Damage[] = [
  {
    name: "without-parameters",
    title: "without parameters is refused",
    statuses: ["MISSING_PARAMETER", "INVALID_CBOR", "INVALID_LENGTH", "CBOR_UNEXPECTED_TYPE"],
    damage: () => new Uint8Array(0),
  },
  {
    name: "parameters-are-a-list",
    title: "with a list for its map is refused",
    statuses: ["CBOR_UNEXPECTED_TYPE", "INVALID_CBOR"],
    damage: () => Uint8Array.of(0x80),
  },
  {
    name: "truncated",
    title: "that ends within its map is refused with INVALID_CBOR",
    statuses: ["INVALID_CBOR"],
    damage: (_, whole) => whole.subarray(0, -1),
  },
  {
    name: "trailing-byte",
    title: "with a byte behind its map is refused with INVALID_CBOR",
    statuses: ["INVALID_CBOR", "INVALID_LENGTH"],
    damage: (_, whole) => concat(whole, Uint8Array.of(0)),
  },
  {
    name: "indefinite-length",
    title: "with a map of indefinite length is refused with INVALID_CBOR",
    statuses: ["INVALID_CBOR"],
    damage: (entries) => concat(Uint8Array.of(0xbf), ...entries, Uint8Array.of(0xff)),
  },
  {
    name: "keys-out-of-order",
    title: "with keys out of order is refused with INVALID_CBOR",
    statuses: ["INVALID_CBOR"],
    damage: (entries) => concat(head(entries.length + 1), STRANGE, Uint8Array.of(0), ...entries),
  },
  {
    name: "duplicate-key",
    title: "with a key that is there twice is refused with INVALID_CBOR",
    statuses: ["INVALID_CBOR"],
    damage: ([first = new Uint8Array(0), ...others]) =>
      concat(head(others.length + 2), first, first, ...others),
  },
  {
    name: "not-shortest",
    title: "with an integer in more bytes than it needs is refused with INVALID_CBOR",
    statuses: ["INVALID_CBOR"],
    damage: ([first = new Uint8Array(1), ...others]) =>
      concat(head(others.length + 1), Uint8Array.of(0x18, first[0] ?? 0), first.subarray(1), ...others),
  },
  {
    name: "bad-utf8",
    title: "with text that is not UTF-8 is refused with INVALID_CBOR",
    statuses: ["INVALID_CBOR"],
    severity: "should",
    damage: (entries) => withStrange(entries, Uint8Array.of(0x62, 0xc3, 0x28)),
  },
  {
    name: "tag",
    title: "with a CBOR tag is refused with INVALID_CBOR",
    statuses: ["INVALID_CBOR"],
    damage: (entries) => withStrange(entries, Uint8Array.of(0xc1, 0x01)),
  },
  {
    name: "too-deep",
    title: "with more than four levels of nesting is refused with INVALID_CBOR",
    statuses: ["INVALID_CBOR"],
    severity: "should",
    damage: (entries) => withStrange(entries, Uint8Array.of(0x81, 0x81, 0x81, 0x81, 0x00)),
  },
];

function withStrange(entries: readonly Uint8Array[], value: Uint8Array): Uint8Array {
  return concat(head(entries.length + 1), ...entries, STRANGE, value);
}

function entriesOf(parameters: ReadonlyMap<CborKey, CborValue>): readonly Uint8Array[] {
  return [...parameters]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([key, value]) => concat(encodeCbor(key), encodeCbor(value)));
}

/** The extension prf, which phones have, takes five levels. */
const SHALLOW: Need = {
  lacks: "has the extension prf, whose input is nested deeper",
  holds: ({ info }) => info?.extensions?.includes("prf") !== true,
};

const DAMAGED: readonly Check[] = COMMANDS.flatMap(({ name, byte, plain }) =>
  DAMAGES.map(({ name: how, title, statuses, severity = "must", damage }): Check => ({
    id: `${name}.${how}`,
    title: `${name} ${title}`,
    section: "8",
    severity,
    needs: how === "too-deep" ? [...commandNeed(byte), SHALLOW] : commandNeed(byte),
    async run(bench) {
      const parameters = plain(bench);
      const body = damage(entriesOf(parameters), encodeCbor(parameters));
      expectStatus(await bench.call(concat(Uint8Array.of(byte), body)), ...statuses);
    },
  })),
);

/** Whatever the command answers, an unknown member makes no difference. */
const UNKNOWN_MEMBER: readonly Check[] = COMMANDS.filter(
  ({ name }) => name !== "make-credential" && name !== "get-assertion",
).map(({ name, byte, plain }): Check => ({
  id: `${name}.unknown-member`,
  title: `${name} is answered the same with a member that is not defined`,
  section: "8",
  severity: "must",
  needs: commandNeed(byte),
  async run(bench) {
    const without = await bench.send(byte, plain(bench));
    const answer = await bench.send(byte, new Map([...plain(bench), [STRANGE_KEY, 1]]));
    if (statusOf(answer) !== statusOf(without)) throw wrongAnswer(answer, describeAnswer(without));
  },
}));

const COMMAND_BYTES: readonly Check[] = [0x00, 0x03, 0x05, 0x0e, 0x1f, 0x3f].map((byte) => ({
  id: `command.unknown-${byte.toString(16).padStart(2, "0")}`,
  title: `command 0x${byte.toString(16).padStart(2, "0")}, which is not defined, is refused with INVALID_COMMAND`,
  section: "6",
  severity: "must",
  needs: commandNeed(CtapCommand.getInfo),
  async run(bench) {
    expectStatus(await bench.call(Uint8Array.of(byte)), "INVALID_COMMAND");
  },
}));

const SIZES: readonly Check[] = [
  {
    id: "command.larger-than-max",
    title: "a request larger than maxMsgSize is refused with REQUEST_TOO_LARGE",
    section: "8.1",
    severity: "should",
    needs: commandNeed(CtapCommand.getInfo),
    async run(bench) {
      const max = bench.info.maxMsgSize ?? 1024;
      const size = Math.min(max + 1, 7609);
      if (size <= max) throw new NotApplicable("CTAPHID carries no more than maxMsgSize");
      const answer = await bench.call(await padded(bench, size));
      expectStatus(answer, "REQUEST_TOO_LARGE");
    },
  },
  {
    id: "command.as-large-as-max",
    title: "a request of exactly maxMsgSize is carried out",
    section: "6.4",
    severity: "must",
    needs: commandNeed(CtapCommand.getInfo),
    uses: ["presence"],
    async run(bench) {
      const size = Math.min(bench.info.maxMsgSize ?? 1024, 7609);
      expectStatus(await bench.call(await padded(bench, size), { gesture: "touch" }), "OK");
      return { bytes: size };
    },
  },
];

/** A makeCredential that is padded to a size with algorithms nobody has. */
async function padded(bench: Bench, size: number): Promise<Uint8Array> {
  const request = await makeRequest(bench);
  const build = (type: string) => {
    const filler = new Map<CborKey, CborValue>([
      ["alg", -60_000],
      ["type", type],
    ]);
    const known = new Map<CborKey, CborValue>([
      ["alg", firstAlgorithm(bench)],
      ["type", "public-key"],
    ]);
    const body = encodeCbor(new Map([...request, [4, [known, filler]]]));
    return concat(Uint8Array.of(CtapCommand.makeCredential), body);
  };
  // A text's head grows with its length: the second try hits what the first one missed.
  const probe = "x".repeat(Math.max(300, size - 600));
  const rough = build(probe).length;
  return build("x".repeat(probe.length + size - rough));
}

/** Requests whose encoding is broken, unknown commands and sizes. */
export const MALFORMED_BYTES_CHECKS: readonly Check[] = [
  ...DAMAGED,
  ...UNKNOWN_MEMBER,
  ...COMMAND_BYTES,
  ...SIZES,
];
