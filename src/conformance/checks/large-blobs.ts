import type { CborKey, CborValue } from "../../cbor/value.js";
import { concat, equalBytes, fromHex } from "../../core/bytes.js";
import { CtapCommand } from "../../ctap/command.js";
import { Permission } from "../../ctap/messages/client-pin.js";
import { littleEndian } from "../../ctap/messages/large-blobs.js";
import { bytesIn, expectMap, expectStatus } from "../answer.js";
import type { Bench } from "../bench.js";
import type { Check, Need } from "../check.js";
import { CTAP2, hasOption, optionOn } from "../needs.js";
import { type Token, tokenFor } from "../pin.js";
import { demand } from "../verdict.js";

const BYTE = CtapCommand.largeBlobs;
const NEEDS: readonly Need[] = [CTAP2, optionOn("largeBlobs")];

/** The array of no entries, as a device holds it after a reset. @see CTAP 2.3 §6.10 */
const INITIAL = fromHex("8076be8b528d0075f7aae98d6fa57a6d3c");

type Members = readonly (readonly [number, CborValue])[];

const send = (bench: Bench, members: Members) => bench.send(BYTE, new Map<CborKey, CborValue>(members));

const fragment = ({ info }: Bench) => (info.maxMsgSize ?? 1024) - 64;

/** An array of one entry that nobody can decrypt, with its checksum. */
function arrayOf(bench: Bench, size: number): Uint8Array {
  const array = concat(Uint8Array.of(0x81, 0x59, size >> 8, size), new Uint8Array(size));
  return concat(array, bench.env.crypto.sha256(array).subarray(0, 16));
}

/** Writes one fragment, signed with a token. */
function write(
  bench: Bench,
  token: Token,
  { set, offset, length }: { set: Uint8Array; offset: number; length?: number },
) {
  const message = concat(
    new Uint8Array(32).fill(0xff),
    Uint8Array.of(0x0c, 0),
    littleEndian(offset, 4),
    bench.env.crypto.sha256(set),
  );
  return send(bench, [
    [2, set],
    [3, offset],
    ...(length === undefined ? [] : [[4, length] as const]),
    [5, token.authenticate(message)],
    [6, token.version],
  ]);
}

const tokenOf = (bench: Bench) => tokenFor(bench, { permissions: Permission.largeBlobWrite });

/** Reads the whole array. */
async function read(bench: Bench): Promise<Uint8Array> {
  let all: Uint8Array = new Uint8Array(0);
  for (;;) {
    const part = bytesIn(
      expectMap(
        await send(bench, [
          [1, fragment(bench)],
          [3, all.length],
        ]),
      ),
      1,
      "config",
    );
    all = concat(all, part);
    if (part.length < fragment(bench)) return all;
  }
}

type Rule = Omit<Check, "severity" | "needs"> & Partial<Check>;

const READS: readonly Rule[] = [
  {
    id: "large-blobs.read",
    title: "the stored array can be read without a token, and its checksum is right",
    section: "6.10.2",
    async run(bench) {
      const all = await read(bench);
      demand(all.length >= INITIAL.length, "17 bytes at least", `${all.length}`);
      const sum = bench.env.crypto.sha256(all.subarray(0, -16)).subarray(0, 16);
      demand(equalBytes(sum, all.subarray(-16)), "a checksum that fits", "another");
      return { bytes: all.length };
    },
  },
  ...(
    [
      ["neither-get-nor-set", "neither get nor set", [[3, 0]], ["INVALID_PARAMETER"]],
      [
        "get-and-set",
        "both get and set",
        [
          [1, 1],
          [2, new Uint8Array(17)],
          [3, 0],
        ],
        ["INVALID_PARAMETER"],
      ],
      ["without-offset", "no offset", [[1, 1]], ["INVALID_PARAMETER", "MISSING_PARAMETER"]],
      [
        "get-with-length",
        "get and length",
        [
          [1, 1],
          [3, 0],
          [4, 17],
        ],
        ["INVALID_PARAMETER"],
      ],
      [
        "get-with-token",
        "get and pinUvAuthParam",
        [
          [1, 1],
          [3, 0],
          [5, new Uint8Array(16)],
          [6, 1],
        ],
        ["INVALID_PARAMETER"],
      ],
      [
        "get-past-the-end",
        "an offset behind the end",
        [
          [1, 1],
          [3, 65_535],
        ],
        ["INVALID_PARAMETER"],
      ],
      [
        "set-without-length",
        "set at offset 0 without length",
        [
          [2, new Uint8Array(17)],
          [3, 0],
        ],
        ["INVALID_PARAMETER"],
      ],
      [
        "set-of-16",
        "a length of 16 bytes",
        [
          [2, new Uint8Array(16)],
          [3, 0],
          [4, 16],
        ],
        ["INVALID_PARAMETER"],
      ],
      [
        "set-too-long",
        "a length beyond what is stored",
        [
          [2, new Uint8Array(17)],
          [3, 0],
          [4, 1 << 24],
        ],
        ["LARGE_BLOB_STORAGE_FULL"],
      ],
      [
        "set-out-of-sequence",
        "an offset where nothing was begun",
        [
          [2, new Uint8Array(17)],
          [3, 17],
        ],
        ["INVALID_SEQ"],
      ],
      [
        "set-later-with-length",
        "length at an offset above 0",
        [
          [2, new Uint8Array(17)],
          [3, 17],
          [4, 34],
        ],
        ["INVALID_PARAMETER"],
      ],
    ] as const
  ).map(([name, what, members, statuses]): Rule => ({
    id: `large-blobs.${name}`,
    title: `a request with ${what} is refused with ${statuses.join(" or ")}`,
    section: "6.10.2",
    // A device that checks less than it has to might begin to write.
    uses: members.some(([key]: readonly [number, unknown]) => key === 2) ? ["store"] : [],
    run: async (bench) => expectStatus(await send(bench, members), ...statuses),
  })),
  {
    id: "large-blobs.get-too-much",
    title: "reading more than maxFragmentLength at once is refused with INVALID_LENGTH",
    section: "6.10.2",
    run: async (bench) =>
      expectStatus(
        await send(bench, [
          [1, fragment(bench) + 1],
          [3, 0],
        ]),
        "INVALID_LENGTH",
      ),
  },
];

const WRITES: readonly Rule[] = [
  {
    id: "large-blobs.initial",
    title: "after a reset the array has no entries",
    section: "6.6",
    uses: ["reset", "power", "presence"],
    async run(bench) {
      await bench.resetDevice();
      const all = await read(bench);
      demand(equalBytes(all, INITIAL), "the initial array", `${all.length} bytes`);
    },
  },
  {
    id: "large-blobs.write-without-token",
    title: "with a PIN set, writing without a token is refused with PUAT_REQUIRED",
    section: "6.10.2",
    pin: "set",
    uses: ["store"],
    run: async (bench) =>
      expectStatus(
        await send(bench, [
          [2, INITIAL],
          [3, 0],
          [4, 17],
        ]),
        "PUAT_REQUIRED",
      ),
  },
  ...[60, 900].map((size): Rule => ({
    id: `large-blobs.write-${size}`,
    title: `an array of ${size + 20} bytes can be written and is read back`,
    section: "6.10.2",
    pin: "set",
    uses: ["store", "pin"],
    async run(bench) {
      const array = arrayOf(bench, size);
      const before = await read(bench);
      const put = async (bytes: Uint8Array) => {
        for (let offset = 0; offset < bytes.length; offset += fragment(bench)) {
          const set = bytes.subarray(offset, offset + fragment(bench));
          const first = offset === 0 ? { length: bytes.length } : {};
          expectStatus(await write(bench, await tokenOf(bench), { set, offset, ...first }), "OK");
        }
      };
      await put(array);
      const back = await read(bench);
      await put(before);
      demand(equalBytes(back, array), "the bytes that were written", `${back.length} others`);
    },
  })),
  {
    id: "large-blobs.write-damaged",
    title: "an array whose checksum is wrong is refused with INTEGRITY_FAILURE, and the old one stays",
    section: "6.10.2",
    pin: "set",
    uses: ["store", "pin"],
    async run(bench) {
      const before = await read(bench);
      const set = arrayOf(bench, 60).map((byte, index) => (index === 10 ? byte ^ 1 : byte));
      const answer = await write(bench, await tokenOf(bench), { set, offset: 0, length: set.length });
      expectStatus(answer, "INTEGRITY_FAILURE");
      demand(equalBytes(await read(bench), before), "the old array", "another");
    },
  },
];

/** largeBlobs. */
export const LARGE_BLOB_CHECKS: readonly Check[] = [
  ...READS.map((rule): Check => ({ severity: "must", needs: NEEDS, ...rule })),
  ...WRITES.map((rule): Check => ({ severity: "must", needs: [...NEEDS, hasOption("clientPin")], ...rule })),
];
