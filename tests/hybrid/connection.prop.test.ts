import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultCrypto } from "../../src/crypto/default.js";
import { concat } from "../../src/core/bytes.js";
import { seededEntropy } from "../../src/core/entropy.js";
import type { CryptoProvider } from "../../src/core/crypto-provider.js";
import { Crypter } from "../../src/hybrid/protocol/crypter.js";
import { HybridError } from "../../src/hybrid/protocol/hybrid-error.js";
import { frameForL2cap, L2capReader } from "../../src/hybrid/protocol/l2cap-framing.js";
import {
  answerHandshake,
  startHandshake,
  type InitiatorSecrets,
  type NoisePattern,
  type ResponderSecrets,
} from "../../src/hybrid/protocol/noise.js";
import { PROVIDERS } from "./vectors.js";

const pattern = fc.constantFrom<NoisePattern>("KNpsk0", "NKpsk0");
const seed = fc.string({ maxLength: 12 });
const message = fc.uint8Array({ maxLength: 120 });

function secretsFrom(
  { pattern, seed }: { readonly pattern: NoisePattern; readonly seed: string },
  crypto: CryptoProvider,
): { readonly client: InitiatorSecrets; readonly phone: ResponderSecrets } {
  const entropy = seededEntropy(seed);
  const psk = entropy.bytes(32);
  const pair = crypto.generateKeyPair(entropy);
  return pattern === "KNpsk0"
    ? { client: { pattern, psk, clientKey: pair }, phone: { pattern, psk, clientKey: pair.publicKey } }
    : { client: { pattern, psk, phoneKey: pair.publicKey }, phone: { pattern, psk, phoneKey: pair } };
}

/** Client and phone after a handshake, each on a provider of its own. */
function connect(setting: { readonly pattern: NoisePattern; readonly seed: string }) {
  const [one, two] = PROVIDERS;
  const { client, phone } = secretsFrom(setting, one);
  const started = startHandshake(seededEntropy(`client ${setting.seed}`), client, one);
  const answered = answerHandshake(seededEntropy(`phone ${setting.seed}`), phone, started.message, two);
  const finished = started.finish(answered.reply);
  return {
    finished,
    answered,
    client: new Crypter(finished.keys, { role: "client", crypto: one }),
    phone: new Crypter(answered.keys, { role: "phone", crypto: two }),
  };
}

const setting = fc.record({ pattern, seed });

test("both sides of a handshake agree, on whichever provider they are", () => {
  fc.assert(
    fc.property(setting, (all) => {
      const { finished, answered } = connect(all);
      expect(finished.keys).toEqual(answered.keys);
      expect(finished.handshakeHash).toEqual(answered.handshakeHash);
      expect(finished.keys.clientToPhone).not.toEqual(finished.keys.phoneToClient);
    }),
    { numRuns: 40 },
  );
});

test.each(PROVIDERS)("a handshake message with any bit flipped is refused, $name", (crypto) => {
  const place = fc.record({ byte: fc.nat(80), bit: fc.nat(7), reply: fc.boolean() });
  const flip = (bytes: Uint8Array, at: { byte: number; bit: number }) =>
    Uint8Array.from(bytes, (value, i) => (i === at.byte ? value ^ (1 << at.bit) : value));
  fc.assert(
    fc.property(setting, place, (all, at) => {
      const { client, phone } = secretsFrom(all, crypto);
      const started = startHandshake(seededEntropy("client"), client, crypto);
      const first = at.reply ? started.message : flip(started.message, at);
      expect(() => {
        const { reply } = answerHandshake(seededEntropy("phone"), phone, first, crypto);
        started.finish(flip(reply, at));
      }).toThrow(HybridError);
    }),
    { numRuns: 60 },
  );
});

test.each(PROVIDERS)("foreign bytes are no handshake message, $name", (crypto) => {
  const { client, phone } = secretsFrom({ pattern: "NKpsk0", seed: "foreign" }, crypto);
  const started = startHandshake(seededEntropy("client"), client, crypto);
  const point = crypto.generateKeyPair(seededEntropy("point")).publicKey;
  const foreign = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.uint8Array({ minLength: 16, maxLength: 20 }).map((tail) => concat(point, tail)),
  );
  fc.assert(
    fc.property(foreign, (input) => {
      expect(() => answerHandshake(seededEntropy("phone"), phone, input, crypto)).toThrow(HybridError);
      expect(() => started.finish(input)).toThrow(HybridError);
    }),
  );
});

test("messages go through in any interleaving of the two directions", () => {
  const step = fc.record({ from: fc.constantFrom("client" as const, "phone" as const), message });
  fc.assert(
    fc.property(setting, fc.array(step, { maxLength: 20 }), (all, steps) => {
      const ends = connect(all);
      const onTheWay = { client: [] as Uint8Array[], phone: [] as Uint8Array[] };
      for (const { from, message } of steps) onTheWay[from].push(ends[from].seal(message));
      for (const { from, message } of steps) {
        const sealed = onTheWay[from].shift() as Uint8Array;
        expect((sealed.length - 16) % 32).toBe(0);
        expect(ends[from === "client" ? "phone" : "client"].open(sealed)).toEqual(message);
      }
    }),
    { numRuns: 50 },
  );
});

/** Two keys are enough where no handshake is under test. */
const KEYS = { clientToPhone: new Uint8Array(32).fill(1), phoneToClient: new Uint8Array(32).fill(2) };

describe.each(PROVIDERS)("$name", (crypto) => {
  test("a message opens at its own place, and the first that does not is the last tried", () => {
    const order = fc.array(fc.nat(4), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(message, { minLength: 5, maxLength: 5 }), order, (messages, places) => {
        const client = new Crypter(KEYS, { role: "client", crypto });
        const phone = new Crypter(KEYS, { role: "phone", crypto });
        const sealed = messages.map((one) => client.seal(one));
        let ended = false;
        places.forEach((place, turn) => {
          const open = () => phone.open(sealed[place] as Uint8Array);
          if (ended) return expect(open).toThrow(expect.objectContaining({ code: "CRYPTER_ENDED" }));
          if (place === turn) return expect(open()).toEqual(messages[place]);
          ended = true;
          expect(open).toThrow(expect.objectContaining({ code: "FRAME_REJECTED" }));
        });
        expect(phone.ended).toBe(ended);
      }),
    );
  });

  test("foreign bytes do not open", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (input) => {
        const phone = new Crypter(KEYS, { role: "phone", crypto, construction: "either" });
        expect(phone.opens(input)).toBe(false);
        expect(() => phone.open(input)).toThrow(expect.objectContaining({ code: "FRAME_REJECTED" }));
      }),
    );
  });

  test.each(["message", "as-libwebauthn"] as const)("every way to pad opens: %s", (pads) => {
    fc.assert(
      fc.property(message, fc.constantFrom("old" as const, "new" as const), (one, construction) => {
        const client = new Crypter(KEYS, { role: "client", crypto, pads, construction });
        const phone = new Crypter(KEYS, { role: "phone", crypto, construction: "either" });
        expect(phone.open(client.seal(one))).toEqual(one);
      }),
    );
  });
});

test.each(["message", "as-libwebauthn"] as const)(
  "an L2CAP stream cut anywhere gives the same messages, ends in their middle or not: %s",
  (pads) => {
    // Mostly bytes that make ends, so that ciphertexts are not the only source of them.
    const opening = fc
      .uint8Array({ minLength: 81, maxLength: 81 })
      .map((bytes) => bytes.map((b) => (b & 1 ? 0x0d : 0x0a)));
    const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(opening, fc.array(message, { maxLength: 6 }), cuts, (first, messages, sizes) => {
        const client = new Crypter(KEYS, { crypto: defaultCrypto, role: "client", pads });
        const phone = new Crypter(KEYS, { crypto: defaultCrypto, role: "phone" });
        const stream = concat(
          frameForL2cap(first),
          ...messages.map((one) => frameForL2cap(client.seal(one))),
        );
        const reader = new L2capReader();
        const found: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = sizes[turn % sizes.length] as number;
          reader.push(stream.subarray(at, at + size));
          at += size;
          for (;;) {
            const next = reader.next((candidate) => found.length === 0 || phone.opens(candidate));
            if (next === undefined) break;
            found.push(found.length === 0 ? next : phone.open(next));
          }
        }
        expect(found).toEqual([first, ...messages]);
        expect(reader.rest).toHaveLength(0);
      }),
    );
  },
);
