import { describe, expect, test } from "vitest";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { concat, fromHex, toHex } from "../../../src/core/bytes.js";
import { seededEntropy } from "../../../src/core/entropy.js";
import { Crypter } from "../../../src/hybrid/protocol/crypter.js";
import { NoiseState } from "../../../src/hybrid/protocol/noise-state.js";
import {
  answerHandshake,
  startHandshake,
  type InitiatorSecrets,
  type NoisePattern,
  type ResponderSecrets,
} from "../../../src/hybrid/protocol/noise.js";
import { scriptedEntropy } from "../../helpers/scripted-entropy.js";
import { casesOf, keyPairOf, PROVIDERS, thrownBy } from "../vectors.js";

interface SealedCase {
  readonly plaintext: string;
  readonly ciphertext: string;
}

interface NoiseCase {
  readonly name: string;
  readonly protocolName: string;
  readonly prologueByte: string;
  readonly psk: string;
  readonly clientStaticPrivate?: string;
  readonly clientStaticPublic?: string;
  readonly phoneStaticPrivate?: string;
  readonly phoneStaticPublic?: string;
  readonly clientEphemeralPrivate: string;
  readonly phoneEphemeralPrivate: string;
  readonly hAfterPrologue: string;
  readonly ckAfterPsk: string;
  readonly hAfterPsk: string;
  readonly message1: string;
  readonly ckAfterMessage1: string;
  readonly hAfterMessage1: string;
  readonly message2: string;
  readonly handshakeHash: string;
  readonly clientToPhoneKey: string;
  readonly phoneToClientKey: string;
  readonly firstClientMessage: SealedCase;
  readonly firstPhoneMessage: SealedCase;
  readonly secondPhoneMessage: SealedCase;
}

const CASES = casesOf<NoiseCase>("noise");

/** What both sides of a published handshake bring. */
function secretsOf(row: NoiseCase): { client: InitiatorSecrets; phone: ResponderSecrets } {
  const psk = fromHex(row.psk);
  if (row.clientStaticPrivate !== undefined) {
    const pattern = "KNpsk0";
    const clientKey = keyPairOf(row.clientStaticPrivate);
    expect(toHex(clientKey.publicKey)).toBe(row.clientStaticPublic);
    return {
      client: { pattern, psk, clientKey },
      phone: { pattern, psk, clientKey: clientKey.publicKey },
    };
  }
  const pattern = "NKpsk0";
  const phoneKey = keyPairOf(row.phoneStaticPrivate ?? "");
  expect(toHex(phoneKey.publicKey)).toBe(row.phoneStaticPublic);
  return { client: { pattern, psk, phoneKey: phoneKey.publicKey }, phone: { pattern, psk, phoneKey } };
}

const ephemeral = (hex: string) => scriptedEntropy(fromHex(hex));

describe.each(PROVIDERS)("published handshakes, $name", (crypto) => {
  test.each(CASES)("$nr: $name, both halves", (row) => {
    const { client, phone } = secretsOf(row);
    expect(`Noise_${client.pattern}_P256_AESGCM_SHA256`).toBe(row.protocolName);
    const started = startHandshake(ephemeral(row.clientEphemeralPrivate), client, crypto);
    expect(toHex(started.message)).toBe(row.message1);
    const answered = answerHandshake(ephemeral(row.phoneEphemeralPrivate), phone, started.message, crypto);
    expect(toHex(answered.reply)).toBe(row.message2);
    const { reply: _, ...phoneView } = answered;
    expect(started.finish(answered.reply)).toEqual(phoneView);
    expect(toHex(phoneView.handshakeHash)).toBe(row.handshakeHash);
    expect(toHex(phoneView.keys.clientToPhone)).toBe(row.clientToPhoneKey);
    expect(toHex(phoneView.keys.phoneToClient)).toBe(row.phoneToClientKey);
  });

  test.each(CASES)("$nr: $name, state after each step of message 1", (row) => {
    const known = fromHex(row.clientStaticPublic ?? row.phoneStaticPublic ?? "");
    const started = NoiseState.begin(crypto, row.protocolName).mixHash(fromHex(row.prologueByte));
    const introduced = started.mixHash(known);
    expect(toHex(introduced.h)).toBe(row.hAfterPrologue);
    const keyed = introduced.mixKeyAndHash(fromHex(row.psk));
    expect(toHex(keyed.h)).toBe(row.hAfterPsk);
    expect(toHex(keyed.ck)).toBe(row.ckAfterPsk);
    const own = keyPairOf(row.clientEphemeralPrivate);
    const mixed = keyed.mixHash(own.publicKey).mixKey(own.publicKey);
    const ready =
      row.phoneStaticPublic === undefined
        ? mixed
        : mixed.mixKey(crypto.sharedSecret(own.secretKey, fromHex(row.phoneStaticPublic)));
    const { state, sealed } = ready.sealNothing();
    expect(toHex(sealed)).toBe(row.message1.slice(130));
    expect(toHex(state.h)).toBe(row.hAfterMessage1);
    expect(toHex(state.ck)).toBe(row.ckAfterMessage1);
  });

  test.each(CASES)("$nr: $name, first messages", (row) => {
    const keys = {
      clientToPhone: fromHex(row.clientToPhoneKey),
      phoneToClient: fromHex(row.phoneToClientKey),
    };
    const client = new Crypter(keys, { role: "client", crypto });
    const phone = new Crypter(keys, { role: "phone", crypto });
    const [request, first, second] = [row.firstClientMessage, row.firstPhoneMessage, row.secondPhoneMessage];
    expect(toHex(phone.seal(fromHex(first.plaintext)))).toBe(first.ciphertext);
    expect(toHex(phone.seal(fromHex(second.plaintext)))).toBe(second.ciphertext);
    expect(toHex(client.seal(fromHex(request.plaintext)))).toBe(request.ciphertext);
    expect(toHex(client.open(fromHex(first.ciphertext)))).toBe(first.plaintext);
    expect(toHex(client.open(fromHex(second.ciphertext)))).toBe(second.plaintext);
    expect(toHex(phone.open(fromHex(request.ciphertext)))).toBe(request.plaintext);
  });
});

/** A handshake of each pattern, up to the client's message, with keys of this seed. */
function handshake(pattern: NoisePattern, seed = "handshake") {
  const entropy = seededEntropy(seed);
  const [crypto] = PROVIDERS;
  const psk = entropy.bytes(32);
  const pair = crypto.generateKeyPair(entropy);
  const client: InitiatorSecrets =
    pattern === "KNpsk0" ? { pattern, psk, clientKey: pair } : { pattern, psk, phoneKey: pair.publicKey };
  const phone: ResponderSecrets =
    pattern === "KNpsk0" ? { pattern, psk, clientKey: pair.publicKey } : { pattern, psk, phoneKey: pair };
  return { client, phone, entropy };
}

function flip(bytes: Uint8Array, index: number): Uint8Array {
  const altered = Uint8Array.from(bytes);
  altered[index] = (altered[index] as number) ^ 0x01;
  return altered;
}

/** The point's y coordinate altered: of the right form, on no curve. */
const offCurve = (message: Uint8Array) => flip(message, 64);

const rejected = expect.objectContaining({ code: "HANDSHAKE_REJECTED", aftermath: "none" }) as unknown;
const malformed = expect.objectContaining({ code: "HANDSHAKE_MALFORMED", aftermath: "none" }) as unknown;

type Attempt = (pattern: NoisePattern, crypto: (typeof PROVIDERS)[number]) => void;

const answer = (
  pattern: NoisePattern,
  crypto: (typeof PROVIDERS)[number],
  change: {
    readonly phone?: (secrets: ResponderSecrets) => ResponderSecrets;
    readonly message?: (message: Uint8Array) => Uint8Array;
    readonly reply?: (reply: Uint8Array) => Uint8Array;
  },
) => {
  const same = <T>(value: T) => value;
  const { client, phone, entropy } = handshake(pattern);
  const started = startHandshake(entropy, client, crypto);
  const secrets = (change.phone ?? same)(phone);
  const answered = answerHandshake(entropy, secrets, (change.message ?? same)(started.message), crypto);
  return started.finish((change.reply ?? same)(answered.reply));
};

/** Each published negative case by its name: what to do, and what must come of it. */
const NEGATIVE: Readonly<Record<string, { readonly attempt: Attempt; readonly error: unknown }>> = {
  "responder with PSK whose first bit is flipped must fail on message 1": {
    attempt: (pattern, crypto) =>
      answer(pattern, crypto, { phone: (secrets) => ({ ...secrets, psk: flip(secrets.psk, 0) }) }),
    error: rejected,
  },
  "KN responder given a different client static key must fail": {
    attempt: (_, crypto) => {
      const other = crypto.generateKeyPair(seededEntropy("somebody else"));
      answer("KNpsk0", crypto, {
        phone: ({ psk }) => ({ pattern: "KNpsk0", psk, clientKey: other.publicKey }),
      });
    },
    error: rejected,
  },
  "message 1 shorter than 65 bytes": {
    attempt: (pattern, crypto) => answer(pattern, crypto, { message: (message) => message.subarray(0, 64) }),
    error: malformed,
  },
  "message 1 with point form byte 0x01 instead of 0x04": {
    attempt: (pattern, crypto) =>
      answer(pattern, crypto, { message: (message) => concat(Uint8Array.of(1), message.subarray(1)) }),
    error: malformed,
  },
  "message 2 with point form byte 0x01": {
    attempt: (pattern, crypto) =>
      answer(pattern, crypto, { reply: (reply) => concat(Uint8Array.of(1), reply.subarray(1)) }),
    error: malformed,
  },
  "message 2 of a length other than 81": {
    attempt: (pattern, crypto) =>
      answer(pattern, crypto, { reply: (reply) => concat(reply, Uint8Array.of(0)) }),
    error: malformed,
  },
};

describe.each(PROVIDERS)("handshakes that must fail, $name", (crypto) => {
  describe.each(["KNpsk0", "NKpsk0"] as const)("%s", (pattern) => {
    test("without a change it succeeds", () => {
      expect(answer(pattern, crypto, {}).handshakeHash).toHaveLength(32);
    });

    test.each(casesOf<{ name: string }>("noiseNegative"))("$nr: $name", ({ name }) => {
      const { attempt, error } = NEGATIVE[name] ?? {};
      expect(attempt, "a published case we have no test for").toBeDefined();
      expect(() => attempt?.(pattern, crypto)).toThrow(error);
    });

    test("message 1 without a whole tag", () => {
      const message = (bytes: Uint8Array) => bytes.subarray(0, 80);
      expect(() => answer(pattern, crypto, { message })).toThrow(malformed);
    });

    test("an altered tag in message 1", () => {
      const message = (bytes: Uint8Array) => flip(bytes, 80);
      expect(() => answer(pattern, crypto, { message })).toThrow(rejected);
    });

    test("an altered tag in message 2", () => {
      const reply = (bytes: Uint8Array) => flip(bytes, 80);
      expect(() => answer(pattern, crypto, { reply })).toThrow(rejected);
    });

    test("a key in message 2 that is no point", () => {
      expect(() => answer(pattern, crypto, { reply: offCurve })).toThrow(malformed);
    });

    test("the client's own message sent back to it", () => {
      const { client, entropy } = handshake(pattern);
      const started = startHandshake(entropy, client, crypto);
      expect(() => started.finish(started.message)).toThrow(rejected);
    });

    test("the answer to another session", () => {
      const [ours, theirs] = [handshake(pattern), handshake(pattern, "another")];
      const other = startHandshake(theirs.entropy, theirs.client, crypto);
      const { reply } = answerHandshake(theirs.entropy, theirs.phone, other.message, crypto);
      const started = startHandshake(ours.entropy, ours.client, crypto);
      expect(() => started.finish(reply)).toThrow(rejected);
    });

    test("a wrong answer leaves no trace: the right one still works", () => {
      const { client, phone, entropy } = handshake(pattern);
      const started = startHandshake(entropy, client, crypto);
      const { reply, ...view } = answerHandshake(entropy, phone, started.message, crypto);
      expect(() => started.finish(flip(reply, 80))).toThrow(rejected);
      expect(started.finish(reply)).toEqual(view);
    });

    test("a message 1 with a payload, however well sealed", () => {
      const { client, phone } = handshake(pattern);
      const own = crypto.generateKeyPair(seededEntropy("talkative"));
      const known = client.pattern === "KNpsk0" ? client.clientKey.publicKey : client.phoneKey;
      const mixed = NoiseState.begin(crypto, `Noise_${pattern}_P256_AESGCM_SHA256`)
        .mixHash(Uint8Array.of(pattern === "KNpsk0" ? 1 : 0))
        .mixHash(known)
        .mixKeyAndHash(client.psk)
        .mixHash(own.publicKey);
      // The state keeps its key to itself; its last derivation is done by hand here.
      const derive = (salt: Uint8Array, secret: Uint8Array) =>
        crypto.hkdfSha256({ secret, salt, info: new Uint8Array(0), length: 64 });
      let derived = derive(mixed.ck, own.publicKey);
      if (pattern === "NKpsk0") {
        derived = derive(derived.subarray(0, 32), crypto.sharedSecret(own.secretKey, known));
      }
      const sealed = crypto.gcmSeal(derived.subarray(32), new Uint8Array(12), Uint8Array.of(7), mixed.h);
      const message = concat(own.publicKey, sealed);
      const error = thrownBy(() => answerHandshake(seededEntropy("phone"), phone, message, crypto));
      expect(error).toEqual(malformed);
      expect((error as Error).message).toContain("payload");
    });
  });

  test("a key in message 1 that is no point, although the tag is right", () => {
    const { client, phone } = handshake("KNpsk0");
    if (client.pattern !== "KNpsk0") throw new Error("not the pattern asked for");
    const fake = offCurve(crypto.generateKeyPair(seededEntropy("fake")).publicKey);
    const { sealed } = NoiseState.begin(crypto, "Noise_KNpsk0_P256_AESGCM_SHA256")
      .mixHash(Uint8Array.of(1))
      .mixHash(client.clientKey.publicKey)
      .mixKeyAndHash(client.psk)
      .mixHash(fake)
      .mixKey(fake)
      .sealNothing();
    expect(() => answerHandshake(seededEntropy("phone"), phone, concat(fake, sealed), crypto)).toThrow(
      malformed,
    );
  });

  test("a linked phone's key that is no point", () => {
    const { client } = handshake("NKpsk0");
    if (client.pattern !== "NKpsk0") throw new Error("not the pattern asked for");
    const phoneKey = offCurve(client.phoneKey);
    expect(() => startHandshake(seededEntropy("client"), { ...client, phoneKey }, crypto)).toThrow(malformed);
  });

  test("the two sides on different patterns", () => {
    const { client, entropy } = handshake("KNpsk0");
    const { phone } = handshake("NKpsk0");
    const { message } = startHandshake(entropy, client, crypto);
    expect(() => answerHandshake(entropy, phone, message, crypto)).toThrow(rejected);
  });
});

test("a failed handshake draws no key and tells no secret", () => {
  const { client, phone, entropy } = handshake("KNpsk0");
  const { message } = startHandshake(entropy, client, defaultCrypto);
  const psk = flip(phone.psk, 0);
  const error = thrownBy(() =>
    answerHandshake(scriptedEntropy(), { ...phone, psk }, message, defaultCrypto),
  ) as Error;
  expect(error).toEqual(rejected);
  expect(`${JSON.stringify(error)} ${String(error.stack)}`).not.toContain(toHex(psk).slice(0, 16));
});

test.each([31, 33])("a pre-shared key of %d bytes is a bug of the caller", (length) => {
  const { client } = handshake("KNpsk0");
  expect(() =>
    startHandshake(seededEntropy("x"), { ...client, psk: new Uint8Array(length) }, defaultCrypto),
  ).toThrow(RangeError);
});

test("a compressed key is a bug of the caller: hashing it gives a handshake nobody else has", () => {
  const { phone, client, entropy } = handshake("KNpsk0");
  if (phone.pattern !== "KNpsk0") throw new Error("not the pattern asked for");
  const clientKey = PROVIDERS[0].compressPoint(phone.clientKey);
  const { message } = startHandshake(entropy, client, defaultCrypto);
  expect(() => answerHandshake(entropy, { ...phone, clientKey }, message, defaultCrypto)).toThrow(RangeError);
});

test("the providers draw the same keys and send the same bytes", () => {
  const [one, two] = PROVIDERS.map((crypto) => {
    const { client, phone, entropy } = handshake("KNpsk0");
    const started = startHandshake(entropy, client, crypto);
    const { reply } = answerHandshake(entropy, phone, started.message, crypto);
    return [started.message, reply];
  });
  expect(one).toEqual(two);
});
