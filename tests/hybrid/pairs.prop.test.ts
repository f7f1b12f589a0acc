import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultCrypto } from "../../src/crypto/default.js";
import { encodeCbor } from "../../src/cbor/encode.js";
import type { CborValue } from "../../src/cbor/value.js";
import { seededEntropy } from "../../src/core/entropy.js";
import { nodeCrypto } from "../../src/crypto/node/provider.js";
import {
  encodeAdvertSuffix,
  parseAdvertSuffix,
  encodeAdvert,
  openAdvert,
  parseAdvert,
  sealAdvert,
} from "../../src/hybrid/protocol/advert.js";
import { encodeAdvertisingData, parseAdvertisingData } from "../../src/hybrid/adapters/advertising-data.js";
import { encodeClientPayload, parseClientPayload } from "../../src/hybrid/protocol/client-payload.js";
import { fromDigits, toDigits } from "../../src/hybrid/protocol/digits.js";
import { encodeFrame, parseFrame, type HybridFrame } from "../../src/hybrid/protocol/frames.js";
import { HybridError } from "../../src/hybrid/protocol/hybrid-error.js";
import { openLink, sealLink } from "../../src/hybrid/protocol/linking.js";
import { padMap, padMessage, unpadMap, unpadMessage } from "../../src/hybrid/protocol/padding.js";
import { encodePostHandshake, parsePostHandshake } from "../../src/hybrid/protocol/post-handshake.js";
import { drawGrease, encodeQr, parseQr } from "../../src/hybrid/protocol/qr.js";
import { isTunnelCode } from "../../src/hybrid/protocol/tunnel-domain.js";
import {
  parseRoutingId,
  parseTunnelPath,
  parseTunnelUrl,
  tunnelPath,
  tunnelUrl,
  type TunnelRequest,
} from "../../src/hybrid/protocol/tunnel-url.js";
import { encodeUpdate, parseUpdate } from "../../src/hybrid/protocol/update.js";
import { PROVIDERS } from "./vectors.js";
import { fullRuns } from "../helpers/full-runs.js";

const bytes = (maxLength = 60) => fc.uint8Array({ maxLength });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const text = fc.string({ unit: "grapheme", maxLength: 20 });
const uint = fc.nat();
const optionally = { requiredKeys: [] };
const keyPair = text.map((seed) => nodeCrypto.generateKeyPair(seededEntropy(seed)));
const publicKey = keyPair.map((pair) => pair.publicKey);
const simple: fc.Arbitrary<CborValue> = fc.oneof(text, bytes(), fc.boolean(), fc.integer());
const smallMap = fc
  .array(fc.tuple(fc.integer({ min: -2, max: 12 }), simple), { maxLength: 5 })
  .map((entries): ReadonlyMap<number, CborValue> => new Map(entries));

describe("what is written is read", () => {
  test("digits", () => {
    fc.assert(
      fc.property(bytes(200), (all) => {
        expect(fromDigits(toDigits(all))).toEqual(all);
      }),
    );
  });

  test.each(PROVIDERS)("QR codes, whatever unknown member they hold, $name", (crypto) => {
    const contents = fc
      .record(
        {
          publicKey,
          secret: exactly(16),
          knownDomains: uint,
          madeAtSeconds: uint,
          supportsLinking: fc.boolean(),
          hint: fc.constantFrom("mc" as const, "ga" as const, "dcp" as const, "dci" as const),
          sixth: fc.oneof(
            fc.record({ channels: fc.array(uint, { maxLength: 4 }) }),
            fc.record({ supportsNonDiscoverable: fc.boolean() }),
          ),
        },
        { requiredKeys: ["publicKey", "secret", "knownDomains", "hint"] },
      )
      .map(({ sixth, ...rest }) => ({ ...rest, ...sixth }));
    fc.assert(
      fc.property(contents, text, (all, seed) => {
        const unknown = drawGrease(seededEntropy(seed));
        expect(parseQr(encodeQr(all, { crypto }), { crypto })).toEqual(all);
        expect(parseQr(encodeQr(all, { crypto, unknown }).toLowerCase(), { crypto })).toEqual(all);
      }),
    );
  });

  const advertFields = fc.record({
    nonce: exactly(10),
    routingId: exactly(3),
    tunnelCode: fc.integer({ min: 0, max: 0xffff }).filter(isTunnelCode),
  });

  test.each(PROVIDERS)("adverts, with any suffix, $name", (crypto) => {
    fc.assert(
      fc.property(exactly(64), advertFields, bytes(20), (key, fields, suffix) => {
        const sealed = sealAdvert(key, fields, crypto);
        const opened = openAdvert(key, Uint8Array.of(...sealed, ...suffix), crypto);
        expect(opened).toEqual({ ...fields, plaintext: encodeAdvert(fields) });
      }),
    );
  });

  test.each(PROVIDERS)("adverts to nobody but their reader, $name", (crypto) => {
    fc.assert(
      fc.property(exactly(64), exactly(64), advertFields, (key, other, fields) => {
        fc.pre(key.some((byte, i) => i >= 32 && byte !== other[i]));
        expect(openAdvert(other, sealAdvert(key, fields, crypto), crypto)).toBeUndefined();
      }),
    );
  });

  test("advert plaintexts: what is read, written again, is the same", () => {
    const plaintext = exactly(16).map((all) => Uint8Array.of(0, ...all.subarray(1)));
    fc.assert(
      fc.property(plaintext, (all) => {
        const advert = parseAdvert(all);
        if (advert) expect(encodeAdvert(advert)).toEqual(all);
        else expect(isTunnelCode((all[14] as number) | ((all[15] as number) << 8))).toBe(false);
      }),
    );
  });

  test("advert suffixes", () => {
    const suffix = fc.record({ blePsm: fc.integer({ min: 0, max: 0xffff }) }, optionally);
    fc.assert(
      fc.property(suffix, (all) => {
        expect(parseAdvertSuffix(encodeAdvertSuffix(all))).toEqual(all);
      }),
    );
  });

  test("advertising data, in every layout", () => {
    const service = fc.record({ uuid: fc.integer({ min: 0, max: 0xffff }), data: bytes(252) });
    const layout = fc.record(
      { flags: fc.integer({ min: 0, max: 255 }), listsUuid: fc.boolean() },
      optionally,
    );
    fc.assert(
      fc.property(service, layout, (all, style) => {
        expect(parseAdvertisingData(encodeAdvertisingData(all, style))).toEqual([all]);
      }),
    );
  });

  test("tunnel URLs, in either case", () => {
    const request: fc.Arbitrary<TunnelRequest> = fc.oneof(
      fc.record({ method: fc.constant("new" as const), tunnelId: exactly(16) }),
      fc.record({ method: fc.constant("connect" as const), routingId: exactly(3), tunnelId: exactly(16) }),
      fc.record({
        method: fc.constant("contact" as const),
        contactId: fc.uint8Array({ minLength: 1, maxLength: 60 }),
      }),
    );
    const style = fc.record({ hexCase: fc.constantFrom("upper" as const, "lower" as const) }, optionally);
    fc.assert(
      fc.property(request, style, (all, hexCase) => {
        expect(parseTunnelPath(tunnelPath(all, hexCase))).toEqual(all);
        const origin = "wss://cable.example";
        expect(parseTunnelUrl(tunnelUrl(origin, all, hexCase))).toEqual({ origin, request: all });
      }),
    );
  });

  test("padding, to the unit and with at least one byte", () => {
    fc.assert(
      fc.property(bytes(200), (all) => {
        const padded = padMessage(all);
        expect(padded.length % 32).toBe(0);
        expect(padded.length - all.length).toBeGreaterThanOrEqual(1);
        expect(padded.length - all.length).toBeLessThanOrEqual(32);
        expect(unpadMessage(padded)).toEqual(all);
      }),
    );
  });

  test("padded maps", () => {
    fc.assert(
      fc.property(bytes(700), fc.constantFrom("512" as const, "256" as const), (all, form) => {
        const padded = padMap(all, form);
        expect(padded.length % Number(form)).toBe(0);
        expect(unpadMap(padded, form)).toEqual(all);
      }),
    );
  });

  test("frames", () => {
    const payload = fc.uint8Array({ minLength: 1, maxLength: 60 });
    const frame: fc.Arbitrary<HybridFrame> = fc.oneof(
      fc.constant({ type: "shutdown" as const }),
      fc.record({ type: fc.constant("ctap" as const), payload }),
      fc.record({ type: fc.constant("update" as const), payload: bytes() }),
      fc.record({ type: fc.constant("json" as const), text }),
    );
    fc.assert(
      fc.property(frame, (all) => {
        expect(parseFrame(encodeFrame(all), { from: "client" })).toEqual(all);
      }),
    );
  });

  test("updates", () => {
    const update = fc.record({ padding: bytes(), linking: smallMap }, optionally);
    fc.assert(
      fc.property(update, (all) => {
        expect(parseUpdate(encodeUpdate(all))).toEqual(all);
      }),
    );
  });

  test("post-handshake messages, in every form", () => {
    const message = fc.record(
      {
        info: bytes(400),
        linking: smallMap,
        features: fc.constantFrom(["ctap"] as const, ["ctap", "dc"] as const),
      },
      { requiredKeys: ["info", "features"] },
    );
    const form = fc.record({ padding: fc.constantFrom("512" as const, "256" as const) }, optionally);
    fc.assert(
      fc.property(message, form, (all, style) => {
        const revision = style.padding === undefined ? 1 : 0;
        expect(parsePostHandshake(encodePostHandshake(all, style))).toEqual({ ...all, revision });
      }),
    );
  });

  test.each(PROVIDERS)("linking data, in their own session and in no other, $name", (crypto) => {
    const data = fc.record({
      contactId: bytes(),
      linkId: exactly(8),
      linkSecret: exactly(32),
      name: text,
    });
    fc.assert(
      fc.property(data, fc.tuple(keyPair, keyPair), exactly(32), (all, [phone, client], handshakeHash) => {
        const map = sealLink(all, { ownKey: phone, peerKey: client.publicKey, handshakeHash }, crypto);
        const proof = { ownKey: client, handshakeHash };
        expect(openLink(map, proof, crypto)).toEqual({ ...all, phoneKey: phone.publicKey });
        const other = Uint8Array.from(handshakeHash, (byte) => byte ^ 1);
        expect(() => openLink(map, { ...proof, handshakeHash: other }, crypto)).toThrow(
          expect.objectContaining({ code: "LINK_SIGNATURE_WRONG" }),
        );
      }),
    );
  });

  test("client payloads", () => {
    const payload = fc.record({
      linkId: exactly(8),
      nonce: exactly(16),
      hint: fc.constantFrom("mc" as const, "ga" as const),
    });
    fc.assert(
      fc.property(payload, (all) => {
        expect(parseClientPayload(encodeClientPayload(all))).toEqual(all);
      }),
    );
  });
});

/** Random bytes, and maps with small keys so that members are hit. */
const foreign = fc.oneof(
  bytes(600),
  smallMap.map((map) => encodeCbor(map)),
);

const READERS: readonly (readonly [string, (input: Uint8Array) => unknown])[] = [
  ["digits", (input) => fromDigits(new TextDecoder("latin1").decode(input))],
  ["a code's digits", (input) => parseQr(`FIDO:/${toDigits(input)}`)],
  ["a code", (input) => parseQr(new TextDecoder("latin1").decode(input))],
  ["a path", (input) => parseTunnelPath(`/cable/${new TextDecoder("latin1").decode(input)}`)],
  ["a URL", (input) => parseTunnelUrl(new TextDecoder("latin1").decode(input))],
  ["a routing id", (input) => parseRoutingId([new TextDecoder("latin1").decode(input)])],
  ["padding", unpadMessage],
  ["a padded map", (input) => unpadMap(input, "512")],
  ["a frame from a client", (input) => parseFrame(input, { from: "client" })],
  ["a frame from a phone", (input) => parseFrame(input, { from: "phone" })],
  ["an update", parseUpdate],
  ["a post-handshake message", (input) => parsePostHandshake(input)],
  ["a client payload", (input) => parseClientPayload(Buffer.from(input).toString("hex"))],
];

test.each(READERS)("foreign bytes as %s are read, or refused by name", (_, read) => {
  fc.assert(
    fc.property(foreign, (input) => {
      try {
        read(input);
      } catch (error) {
        if (!(error instanceof HybridError)) throw error;
      }
    }),
    { numRuns: fullRuns(500) },
  );
});

test("foreign linking data are refused by name", () => {
  const [ownKey, handshakeHash] = [nodeCrypto.generateKeyPair(seededEntropy("us")), new Uint8Array(32)];
  fc.assert(
    fc.property(smallMap, (map) => {
      expect(() => openLink(map, { ownKey, handshakeHash }, defaultCrypto)).toThrow(HybridError);
    }),
  );
});

test("whatever the radio brings is no error", () => {
  fc.assert(
    fc.property(foreign, exactly(64), (input, key) => {
      for (const { data } of parseAdvertisingData(input)) parseAdvertSuffix(data);
      expect(openAdvert(key, input, defaultCrypto)).toBeUndefined();
      const suffix = parseAdvertSuffix(input);
      if (suffix?.blePsm !== undefined) expect(suffix.blePsm).toBeLessThanOrEqual(0xffff);
    }),
    { numRuns: fullRuns(500) },
  );
});
