import { decodeLenient } from "../../src/cbor/lenient.js";
import { concat, toHex, utf8 } from "../../src/core/bytes.js";
import { seededEntropy } from "../../src/core/entropy.js";
import { defaultCrypto as crypto } from "../../src/crypto/default.js";
import { openAdvert, parseAdvertSuffix, sealAdvert } from "../../src/hybrid/protocol/advert.js";
import { encodeClientPayload, parseClientPayload } from "../../src/hybrid/protocol/client-payload.js";
import { Crypter } from "../../src/hybrid/protocol/crypter.js";
import { fromDigits, toDigits } from "../../src/hybrid/protocol/digits.js";
import { encodeFrame, FRAME_QUIRKS, parseFrame } from "../../src/hybrid/protocol/frames.js";
import { frameForL2cap, L2capReader } from "../../src/hybrid/protocol/l2cap-framing.js";
import { openLink, sealLink } from "../../src/hybrid/protocol/linking.js";
import { answerHandshake, startHandshake } from "../../src/hybrid/protocol/noise.js";
import { encodePostHandshake, parsePostHandshake } from "../../src/hybrid/protocol/post-handshake.js";
import { encodeQr, parseQr } from "../../src/hybrid/protocol/qr.js";
import {
  parseRoutingId,
  parseTunnelPath,
  parseTunnelUrl,
  tunnelUrl,
} from "../../src/hybrid/protocol/tunnel-url.js";
import { encodeChromeUpdate, encodeUpdate, parseUpdate } from "../../src/hybrid/protocol/update.js";
import { encodeCbor } from "../../src/cbor/encode.js";
import type { CborValue } from "../../src/cbor/value.js";
import { violated } from "./boundary.js";
import type { Chance } from "./chance.js";
import { mutateCbor } from "./mutate.js";
import { targetsBoundary, type FuzzTarget } from "./targets.js";

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const entropy = seededEntropy("fuzz hybrid");
const client = crypto.generateKeyPair(entropy);
const phone = crypto.generateKeyPair(entropy);
const psk = new Uint8Array(32).fill(7);
const eidKey = new Uint8Array(64).fill(9);
const traffic = { clientToPhone: new Uint8Array(32).fill(1), phoneToClient: new Uint8Array(32).fill(2) };
const secretsOfClient = { pattern: "KNpsk0", psk, clientKey: client } as const;
const secretsOfPhone = { pattern: "KNpsk0", psk, clientKey: client.publicKey } as const;
const started = startHandshake(seededEntropy("client"), secretsOfClient, crypto);
const answered = answerHandshake(seededEntropy("phone"), secretsOfPhone, started.message, crypto);
const link = {
  contactId: new Uint8Array(40).fill(3),
  linkId: new Uint8Array(8).fill(4),
  linkSecret: new Uint8Array(32).fill(5),
  name: "Pixel",
};
const proof = { ownKey: phone, peerKey: client.publicKey, handshakeHash: new Uint8Array(32).fill(6) };
const linking = sealLink(link, proof, crypto);
const qr = encodeQr({
  publicKey: client.publicKey,
  secret: new Uint8Array(16).fill(8),
  knownDomains: 2,
  hint: "mc",
  madeAtSeconds: 1_700_000_000,
  supportsLinking: true,
});
const info = encodeCbor(
  new Map<number, CborValue>([
    [1, ["FIDO_2_0"]],
    [3, new Uint8Array(16)],
  ]),
);
const advert = sealAdvert(
  eidKey,
  { nonce: new Uint8Array(10).fill(1), routingId: Uint8Array.of(1, 2, 3), tunnelCode: 0 },
  crypto,
);

/** A code one member of whose map is spoilt, in digits again. */
function spoiltQr(chance: Chance, seed: Uint8Array): Uint8Array | undefined {
  try {
    const map = mutateCbor(chance, fromDigits(textOf(seed).slice(6)));
    return map && utf8(`FIDO:/${toDigits(map)}`);
  } catch {
    return undefined;
  }
}

const spoiltHex = (chance: Chance, seed: Uint8Array) => {
  const body = mutateCbor(chance, Uint8Array.from(Buffer.from(textOf(seed), "hex")));
  return body && utf8(toHex(body));
};

/** What the phone seals, opened by the client: only what was sealed opens. */
function openSealed(plaintext: Uint8Array): void {
  const options = { crypto } as const;
  const sealer = new Crypter(traffic, { ...options, role: "phone" });
  const opener = new Crypter(traffic, { ...options, role: "client" });
  const sealed = sealer.seal(plaintext);
  if (toHex(opener.open(sealed)) !== toHex(plaintext)) violated("opened as something else");
}

const TARGETS: readonly FuzzTarget[] = [
  { name: "qr", seeds: [utf8(qr)], spoil: spoiltQr, hand: (bytes) => parseQr(textOf(bytes)) },
  {
    name: "advert",
    seeds: [advert, concat(advert, Uint8Array.of(0xa1, 1, 0x18, 0x80))],
    hand(bytes) {
      if (openAdvert(eidKey, bytes, crypto) === undefined) return;
      if (toHex(bytes.subarray(0, 20)) !== toHex(advert)) violated("a forged advert opens");
      parseAdvertSuffix(bytes.subarray(20));
    },
  },
  {
    name: "advert suffix",
    seeds: [Uint8Array.of(0xa1, 1, 0x18, 0x80)],
    spoil: mutateCbor,
    hand: (bytes) => parseAdvertSuffix(bytes),
  },
  {
    name: "frame",
    seeds: [
      encodeFrame({ type: "ctap", payload: info }),
      encodeFrame({ type: "shutdown" }),
      encodeFrame({ type: "json", text: '{"a":1}' }),
      encodeFrame({ type: "update", payload: encodeChromeUpdate(linking) }),
    ],
    hand(bytes) {
      const quirks = Object.values(FRAME_QUIRKS);
      for (const from of ["client", "phone"] as const) {
        try {
          parseFrame(bytes, {
            from,
            quirks: quirks[bytes.length % quirks.length] as (typeof quirks)[number],
          });
        } catch (error) {
          const { aftermath } = error as { aftermath?: string };
          if (aftermath !== (from === "phone" ? "unknown" : "none")) throw error;
        }
      }
    },
  },
  { name: "sealed message", seeds: [info, new Uint8Array(0), new Uint8Array(31)], hand: openSealed },
  {
    name: "altered message",
    seeds: [new Crypter(traffic, { crypto, role: "phone" }).seal(info)],
    hand: (bytes) => new Crypter(traffic, { crypto, role: "client" }).open(bytes),
  },
  {
    name: "client payload",
    seeds: [utf8(encodeClientPayload({ linkId: link.linkId, nonce: new Uint8Array(16), hint: "ga" }))],
    spoil: spoiltHex,
    hand: (bytes) => parseClientPayload(textOf(bytes)),
  },
  {
    name: "post-handshake",
    seeds: [encodePostHandshake({ info, features: ["ctap"] })],
    spoil: mutateCbor,
    hand: (bytes) => parsePostHandshake(bytes),
  },
  {
    name: "update",
    seeds: [encodeUpdate({ linking }), encodeChromeUpdate(linking)],
    spoil: mutateCbor,
    hand: (bytes) => parseUpdate(bytes),
  },
  {
    name: "link",
    seeds: [encodeCbor(linking)],
    spoil: mutateCbor,
    hand(bytes) {
      const { value } = decodeLenient(bytes);
      const own = { ownKey: client, handshakeHash: proof.handshakeHash };
      const opened = openLink(value, own, crypto);
      if (toHex(opened.phoneKey) !== toHex(phone.publicKey)) violated("linked with another's key");
    },
  },
  {
    name: "handshake 1",
    seeds: [started.message],
    hand: (bytes) => answerHandshake(seededEntropy("phone"), secretsOfPhone, bytes, crypto),
  },
  { name: "handshake 2", seeds: [answered.reply], hand: (bytes) => started.finish(bytes) },
  {
    name: "tunnel address",
    seeds: [
      utf8(tunnelUrl("wss://cable.ua5v.com", { method: "new", tunnelId: new Uint8Array(16) })),
      utf8("/cable/connect/010203/00112233445566778899AABBCCDDEEFF"),
      utf8("/cable/contact/AQIDBA"),
    ],
    hand(bytes) {
      const text = textOf(bytes);
      if (text.startsWith("/")) parseTunnelPath(text);
      else if (text.startsWith("ws")) parseTunnelUrl(text);
      else parseRoutingId(text.split(","));
    },
  },
  {
    name: "l2cap",
    seeds: [frameForL2cap(answered.reply), frameForL2cap(concat(info, Uint8Array.of(13, 10), info))],
    hand(bytes) {
      const reader = new L2capReader();
      for (let at = 0; at < bytes.length; at += 50) reader.push(bytes.slice(at, at + 50));
      let taken = 0;
      for (let message = reader.next(); message !== undefined; message = reader.next())
        taken += message.length;
      if (taken + reader.rest.length > bytes.length) violated("more came out than went in");
    },
  },
];

export const hybridBoundary = targetsBoundary(
  { name: "hybrid", what: "QR texts, adverts, tunnel frames, linked payloads and handshakes", share: 0.2 },
  TARGETS,
);
