import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../src/core/bytes.js";
import { parseInfo } from "../../src/ctap/messages/get-info.js";
import {
  parseGetAssertionRequest,
  parseGetAssertionResponse,
} from "../../src/ctap/messages/get-assertion.js";
import { openAdvert } from "../../src/hybrid/protocol/advert.js";
import { Crypter } from "../../src/hybrid/protocol/crypter.js";
import { encodeFrame, parseFrame } from "../../src/hybrid/protocol/frames.js";
import { deriveKey, KeyPurpose } from "../../src/hybrid/protocol/keys.js";
import { NoiseState } from "../../src/hybrid/protocol/noise-state.js";
import { startHandshake } from "../../src/hybrid/protocol/noise.js";
import { encodePostHandshake, parsePostHandshake } from "../../src/hybrid/protocol/post-handshake.js";
import { parseQr } from "../../src/hybrid/protocol/qr.js";
import { tunnelHost } from "../../src/hybrid/protocol/tunnel-domain.js";
import { originOf, tunnelUrl } from "../../src/hybrid/protocol/tunnel-url.js";
import { scriptedEntropy } from "../helpers/scripted-entropy.js";
import { casesOf, keyPairOf, PROVIDERS } from "./vectors.js";

interface Message {
  readonly direction: "phone-to-client" | "client-to-phone";
  readonly plaintext: string;
  readonly ciphertext: string;
}

type TraceMember =
  | "qrUrl"
  | "qrSecret"
  | "clientStaticPrivate"
  | "clientStaticPublic"
  | "clientStaticCompressed"
  | "eidKey"
  | "advert"
  | "eidPlaintext"
  | "tunnelId"
  | "connectUrl"
  | "psk"
  | "clientEphemeralPrivate"
  | "clientEphemeralPublic"
  | "hAfterPrologue"
  | "ckAfterPsk"
  | "hAfterPsk"
  | "message1"
  | "message2"
  | "handshakeHash"
  | "clientToPhoneKey"
  | "phoneToClientKey";

type Trace = Readonly<Record<TraceMember, string>> & {
  readonly name: string;
  readonly messages: readonly [Message, Message, Message];
};

/** From the code on the screen to the assertion, with the bytes a client and an iPhone once exchanged. */
describe.each(PROVIDERS)("a recorded session, $name", (crypto) => {
  test.each(casesOf<Trace>("fullTrace"))("$name", (trace) => {
    const { publicKey, secret } = parseQr(trace.qrUrl, { crypto });
    expect(toHex(secret)).toBe(trace.qrSecret);
    expect(toHex(publicKey)).toBe(trace.clientStaticPublic);
    expect(toHex(crypto.compressPoint(publicKey))).toBe(trace.clientStaticCompressed);

    const eidKey = deriveKey(secret, { purpose: KeyPurpose.EID_KEY }, crypto);
    expect(toHex(eidKey)).toBe(trace.eidKey);
    const advert = openAdvert(eidKey, fromHex(trace.advert), crypto);
    if (advert === undefined) throw new Error("the recorded advert does not open");
    expect(toHex(advert.plaintext)).toBe(trace.eidPlaintext);

    const tunnelId = deriveKey(secret, { purpose: KeyPurpose.TUNNEL_ID }, crypto);
    expect(toHex(tunnelId)).toBe(trace.tunnelId);
    const origin = originOf(tunnelHost(advert.tunnelCode, crypto) ?? "");
    const request = { method: "connect", routingId: advert.routingId, tunnelId } as const;
    expect(tunnelUrl(origin, request, { hexCase: "lower" })).toBe(trace.connectUrl);

    const psk = deriveKey(secret, { purpose: KeyPurpose.PSK, salt: advert.plaintext }, crypto);
    expect(toHex(psk)).toBe(trace.psk);
    const clientKey = keyPairOf(trace.clientStaticPrivate);
    expect(clientKey.publicKey).toEqual(publicKey);
    const entropy = scriptedEntropy(fromHex(trace.clientEphemeralPrivate));
    const started = startHandshake(entropy, { pattern: "KNpsk0", psk, clientKey }, crypto);
    expect(toHex(started.message)).toBe(trace.message1);
    expect(toHex(started.message.subarray(0, 65))).toBe(trace.clientEphemeralPublic);
    const { keys, handshakeHash } = started.finish(fromHex(trace.message2));
    expect(toHex(handshakeHash)).toBe(trace.handshakeHash);
    expect(toHex(keys.clientToPhone)).toBe(trace.clientToPhoneKey);
    expect(toHex(keys.phoneToClient)).toBe(trace.phoneToClientKey);

    const [postHandshake, asked, answered] = trace.messages;
    const client = new Crypter(keys, { role: "client", crypto });
    const greeting = client.open(fromHex(postHandshake.ciphertext));
    expect(toHex(greeting)).toBe(postHandshake.plaintext);
    const { info, features, revision } = parsePostHandshake(greeting);
    expect({ features, revision }).toEqual({ features: ["ctap", "dc"], revision: 1 });
    expect(parseInfo(info as Uint8Array).options).toEqual({ rk: true, uv: true, jsonMessages: true });

    const payload = fromHex(asked.plaintext).subarray(1);
    expect(toHex(client.seal(encodeFrame({ type: "ctap", payload })))).toBe(asked.ciphertext);
    expect(parseGetAssertionRequest(payload.subarray(1)).rpId).toBe("example.com");

    const frame = parseFrame(client.open(fromHex(answered.ciphertext)), { from: "phone" });
    if (frame.type !== "ctap") throw new Error(`an answer, not ${frame.type}`);
    expect(frame.payload).toEqual(fromHex(answered.plaintext).subarray(1));
    expect(frame.payload[0]).toBe(0);
    expect(parseGetAssertionResponse(frame.payload.subarray(1)).userSelected).toBe(true);
  });

  test.each(casesOf<Trace>("fullTrace"))("$name, before the first message", (trace) => {
    const named = NoiseState.begin(crypto, "Noise_KNpsk0_P256_AESGCM_SHA256");
    const known = named.mixHash(Uint8Array.of(1)).mixHash(fromHex(trace.clientStaticPublic));
    expect(toHex(known.h)).toBe(trace.hAfterPrologue);
    const keyed = known.mixKeyAndHash(fromHex(trace.psk));
    expect(toHex(keyed.h)).toBe(trace.hAfterPsk);
    expect(toHex(keyed.ck)).toBe(trace.ckAfterPsk);
  });

  test.each(casesOf<Trace>("fullTrace"))("$name, the phone's part of it once there are keys", (trace) => {
    const keys = {
      clientToPhone: fromHex(trace.clientToPhoneKey),
      phoneToClient: fromHex(trace.phoneToClientKey),
    };
    const [postHandshake, asked, answered] = trace.messages;
    const phone = new Crypter(keys, { role: "phone", crypto });
    const said = parsePostHandshake(fromHex(postHandshake.plaintext));
    expect(toHex(phone.seal(encodePostHandshake(said)))).toBe(postHandshake.ciphertext);
    const frame = parseFrame(phone.open(fromHex(asked.ciphertext)), { from: "client" });
    expect(frame).toEqual({ type: "ctap", payload: fromHex(asked.plaintext).subarray(1) });
    const payload = fromHex(answered.plaintext).subarray(1);
    expect(toHex(phone.seal(encodeFrame({ type: "ctap", payload })))).toBe(answered.ciphertext);
  });
});
