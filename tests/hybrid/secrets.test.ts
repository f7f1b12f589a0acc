import { expect, test } from "vitest";
import { toBase64url, toHex } from "../../src/core/bytes.js";
import { defaultCrypto } from "../../src/crypto/default.js";
import { deriveKey, KeyPurpose } from "../../src/hybrid/protocol/keys.js";
import type { LinkedPhone } from "../../src/hybrid/protocol/linking.js";
import { startStateAssisted } from "../../src/hybrid/state-assisted.js";
import { parseQr } from "../../src/hybrid/protocol/qr.js";
import { encodeMakeCredentialRequest } from "../../src/ctap/messages/make-credential.js";
import { HandshakeSpy } from "../helpers/handshake-spy.js";
import { creation } from "../sim/authenticator/bench-key.js";
import { HybridBench } from "./hybrid-bench.js";

const MAKE = encodeMakeCredentialRequest(creation({ options: { uv: true, rk: true } }));

/** Every way a trace might spell bytes. */
function spellings(bytes: Uint8Array): string[] {
  const hex = toHex(bytes);
  return [
    hex,
    hex.toUpperCase(),
    toBase64url(bytes),
    Buffer.from(bytes).toString("base64"),
    [...bytes].join(","),
  ];
}

test("nothing secret is in a trace: neither of a first session, nor of a linked one, nor of one that failed", async () => {
  const spy = new HandshakeSpy(defaultCrypto);
  const bench = new HybridBench({ phone: { offersLink: true }, crypto: spy.crypto });
  const links: LinkedPhone[] = [];
  const { device, qr } = bench.invite({ onLinked: (phone) => links.push(phone) });
  void bench.scan(qr);
  await bench.run(device.transact(MAKE));
  await bench.run(device.ended);
  const phone = links[0] as LinkedPhone;
  const call = startStateAssisted(bench.client, bench.ports, phone);
  await bench.run(call.device.transact(MAKE));
  await bench.run(call.device.ended);
  bench.phone.unlinkAll();
  await bench.run(
    startStateAssisted(bench.client, bench.ports, phone)
      .connect()
      .catch(() => undefined),
  );

  const { secret } = parseQr(qr);
  const secrets: Readonly<Record<string, Uint8Array>> = {
    "QR secret": secret,
    "advert key": deriveKey(secret, { purpose: KeyPurpose.EID_KEY }, defaultCrypto).subarray(0, 32),
    "tunnel id": deriveKey(secret, { purpose: KeyPurpose.TUNNEL_ID }, defaultCrypto),
    "link secret": phone.linkSecret,
    "link id": phone.linkId,
    "contact id": phone.contactId,
    "private key of the passkey": bench.store.credentials[0]?.secretKey as Uint8Array,
    "credential id": bench.store.credentials[0]?.id as Uint8Array,
    ...spy.seen,
  };
  // Two pre-shared keys and eight traffic keys at the least, or the spy saw nothing.
  expect(Object.keys(spy.seen).length).toBeGreaterThan(10);
  const trace = bench.env.records.map((record) => JSON.stringify(record)).join("\\n");
  expect(trace).toContain("shutdown-sent");
  expect(trace).not.toContain(qr.slice(6));
  for (const [name, bytes] of Object.entries(secrets)) {
    for (const text of spellings(bytes)) expect(trace.includes(text), name).toBe(false);
  }
});

test("nothing secret is in the text of an error", async () => {
  const bench = new HybridBench({ service: { routingIdHeader: "somebody-else's" } });
  const { qr, connect } = bench.invite();
  void bench.scan(qr);
  const error: unknown = await bench.run(connect().catch((reason: unknown) => reason));
  const { secret } = parseQr(qr);
  const text = `${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`;
  const secrets = [secret, deriveKey(secret, { purpose: KeyPurpose.TUNNEL_ID }, defaultCrypto)];
  for (const spelt of secrets.flatMap(spellings)) expect(text).not.toContain(spelt);
});
