import { concat, equalBytes } from "../../core/bytes.js";
import { sleep } from "../../core/clock.js";
import { isHarnessError } from "../../core/errors.js";
import { CoseAlgorithm, type CoseKey, verifySignature } from "../../ctap/messages/cose.js";
import { HidCommand } from "../../transports/hid/constants.js";
import type { Bench } from "../bench.js";
import type { Check } from "../check.js";
import { U2F } from "../needs.js";
import { demand, Inconclusive, NotApplicable } from "../verdict.js";
import { describeMessage } from "./hid-init.js";

const RAW = "U2F Raw Message Formats";
const SW = {
  OK: 0x9000,
  TOUCH: 0x6985,
  WRONG_DATA: 0x6a80,
  WRONG_LENGTH: 0x6700,
  INS: 0x6d00,
  CLA: 0x6e00,
} as const;

interface Reply {
  readonly data: Uint8Array;
  readonly word: number;
}

/** A command APDU with extended lengths; `data` may be absent. */
function apdu(
  [cla, ins, p1]: readonly [number, number, number],
  data: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const lc =
    data.length === 0 ? new Uint8Array(0) : concat(Uint8Array.of(data.length >> 8, data.length), data);
  return concat(Uint8Array.of(cla, ins, p1, 0, 0), lc, Uint8Array.of(0, 0));
}

async function send(bench: Bench, bytes: Uint8Array): Promise<Reply> {
  const answer = await bench.wire.exchange(bench.channel, HidCommand.MSG, bytes);
  demand(answer?.command === HidCommand.MSG, "a U2F answer", describeMessage(answer));
  const { payload } = answer;
  demand(payload.length >= 2, "a status word", `${payload.length} bytes`);
  return { data: payload.slice(0, -2), word: ((payload.at(-2) ?? 0) << 8) | (payload.at(-1) ?? 0) };
}

/** Asks again until the device was touched. @throws {Inconclusive} when it is not within half a minute. */
async function touched(bench: Bench, bytes: Uint8Array): Promise<Reply> {
  bench.touchNext();
  for (let tries = 0; tries < 150; tries++) {
    const reply = await send(bench, bytes);
    if (reply.word !== SW.TOUCH) return reply;
    await sleep(bench.env.clock, 200, "conformance.poll");
  }
  throw new Inconclusive("the device was not touched");
}

interface Registered {
  readonly challenge: Uint8Array;
  readonly application: Uint8Array;
  readonly point: Uint8Array;
  readonly handle: Uint8Array;
}

async function register(bench: Bench): Promise<Registered> {
  const challenge = bench.hash();
  const application = bench.hash();
  const { data, word } = await touched(bench, apdu([0, 1, 0], concat(challenge, application)));
  if (word !== SW.OK) throw new Inconclusive(`no registration: ${word.toString(16)}`);
  const length = data[66] ?? 0;
  return { challenge, application, point: data.slice(1, 66), handle: data.slice(67, 67 + length) };
}

const authentication = ({ application, handle }: Registered, control: number, challenge: Uint8Array) =>
  apdu([0, 2, control], concat(challenge, application, Uint8Array.of(handle.length), handle));

const keyOf = (point: Uint8Array): CoseKey => ({
  alg: CoseAlgorithm.ES256,
  key: { kty: "EC", crv: "P-256", x: point.subarray(1, 33), y: point.subarray(33, 65) },
});

function verifies(bench: Bench, key: CoseKey, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verifySignature(key, message, signature, bench.env.crypto);
  } catch (error) {
    if (isHarnessError(error)) return false;
    throw error;
  }
}

const hex = (word: number) => word.toString(16);

type Rule = Omit<Check, "severity" | "needs" | "section"> & Partial<Check>;

const RULES: readonly Rule[] = [
  {
    id: "u2f.version",
    title: "VERSION is answered with U2F_V2",
    async run(bench) {
      const { data, word } = await send(bench, apdu([0, 3, 0]));
      const text = new TextDecoder().decode(data);
      demand(word === SW.OK && text === "U2F_V2", "U2F_V2", `${text} ${hex(word)}`);
    },
  },
  {
    id: "u2f.unknown-instruction",
    title: "an instruction that is not defined is refused with 6D00",
    async run(bench) {
      const { word } = await send(bench, apdu([0, 0x0f, 0]));
      demand(word === SW.INS, hex(SW.INS), hex(word));
    },
  },
  {
    id: "u2f.unknown-class",
    title: "a class that is not defined is refused with 6E00",
    async run(bench) {
      const { word } = await send(bench, apdu([0x6d, 3, 0]));
      demand(word === SW.CLA, hex(SW.CLA), hex(word));
    },
  },
  {
    id: "u2f.version-with-data",
    title: "VERSION with data is refused with 6700",
    async run(bench) {
      const { word } = await send(bench, apdu([0, 3, 0], Uint8Array.of(1)));
      demand(word === SW.WRONG_LENGTH, hex(SW.WRONG_LENGTH), hex(word));
    },
  },
  ...[0, 63, 65].map((length): Rule => ({
    id: `u2f.register-of-${length}`,
    title: `REGISTER with ${length} bytes in place of 64 is refused with 6700`,
    async run(bench) {
      const { word } = await send(bench, apdu([0, 1, 0], new Uint8Array(length)));
      demand(word === SW.WRONG_LENGTH, hex(SW.WRONG_LENGTH), hex(word));
    },
  })),
  {
    id: "u2f.authenticate-short",
    title: "AUTHENTICATE without a key handle is refused with 6700 or 6A80",
    async run(bench) {
      const { word } = await send(bench, apdu([0, 2, 7], new Uint8Array(64)));
      demand(word === SW.WRONG_LENGTH || word === SW.WRONG_DATA, "6700 or 6a80", hex(word));
    },
  },
  {
    id: "u2f.unknown-handle",
    title: "AUTHENTICATE with an unknown key handle is refused with 6A80",
    async run(bench) {
      const stranger = {
        challenge: bench.hash(),
        application: bench.hash(),
        point: bench.hash(),
        handle: bench.env.entropy.bytes(64),
      };
      const { word } = await send(bench, authentication(stranger, 7, bench.hash()));
      demand(word === SW.WRONG_DATA, hex(SW.WRONG_DATA), hex(word));
    },
  },
  {
    id: "u2f.register-asks-for-touch",
    title: "REGISTER before a touch is answered with 6985",
    async run(bench) {
      bench.leaveAlone();
      const { word } = await send(bench, apdu([0, 1, 0], bench.env.entropy.bytes(64)));
      demand(word === SW.TOUCH, hex(SW.TOUCH), hex(word));
    },
  },
];

const TOUCHED: readonly Rule[] = [
  {
    id: "u2f.registered",
    title: "a registration begins with 05 and a point of P-256",
    async run(bench) {
      const { data, word } = await touched(bench, apdu([0, 1, 0], bench.env.entropy.bytes(64)));
      demand(word === SW.OK, "9000", hex(word));
      demand(data[0] === 5 && data[1] === 4, "05 04", `${data[0]} ${data[1]}`);
    },
  },
  {
    id: "u2f.check-only",
    title: "the control check-only is answered with 6985 for a handle of the device, without a touch",
    async run(bench) {
      const registered = await register(bench);
      bench.leaveAlone();
      const { word } = await send(bench, authentication(registered, 7, bench.hash()));
      demand(word === SW.TOUCH, hex(SW.TOUCH), hex(word));
    },
  },
  {
    id: "u2f.other-application",
    title: "a handle of another application is refused with 6A80",
    async run(bench) {
      const registered = await register(bench);
      const { word } = await send(
        bench,
        authentication({ ...registered, application: bench.hash() }, 7, bench.hash()),
      );
      demand(word === SW.WRONG_DATA, hex(SW.WRONG_DATA), hex(word));
    },
  },
  {
    id: "u2f.authenticated",
    title: "the signature of AUTHENTICATE verifies, and says that the user was present",
    async run(bench) {
      const registered = await register(bench);
      const challenge = bench.hash();
      const { data, word } = await touched(bench, authentication(registered, 3, challenge));
      demand(word === SW.OK, "9000", hex(word));
      demand((data[0] ?? 0) === 1, "presence 1", `${data[0]}`);
      const message = concat(registered.application, data.subarray(0, 5), challenge);
      demand(
        verifies(bench, keyOf(registered.point), message, data.subarray(5)),
        "a signature that verifies",
        "another",
      );
    },
  },
  {
    id: "u2f.counter-grows",
    title: "the counter of AUTHENTICATE grows",
    async run(bench) {
      const registered = await register(bench);
      const counts: number[] = [];
      for (let round = 0; round < 2; round++) {
        const { data, word } = await touched(bench, authentication(registered, 3, bench.hash()));
        if (word !== SW.OK) throw new Inconclusive(`no authentication: ${hex(word)}`);
        counts.push(new DataView(data.buffer, data.byteOffset).getUint32(1));
      }
      const [first = 0, second = 0] = counts;
      if (first === 0 && second === 0) throw new NotApplicable("the device counts nothing");
      demand(second > first, `more than ${first}`, `${second}`);
    },
  },
  {
    id: "u2f.handles-differ",
    title: "two registrations have different handles",
    async run(bench) {
      const [one, two] = [await register(bench), await register(bench)];
      demand(!equalBytes(one.handle, two.handle), "two handles", "one");
    },
  },
];

/** U2F, where the device has it. */
export const U2F_CHECKS: readonly Check[] = [
  ...RULES.map((rule): Check => ({ severity: "must", section: RAW, needs: [U2F], ...rule })),
  ...TOUCHED.map((rule): Check => ({
    severity: "must",
    section: RAW,
    needs: [U2F],
    uses: ["presence"],
    ...rule,
  })),
];
