import { verifyRegistrationResponse } from "@simplewebauthn/server";
import { afterEach, describe, expect, test } from "vitest";
import { envFor } from "../../src/core/env.js";
import { systemEnv } from "../../src/env/system-env.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { AsyncQueue } from "../../src/core/queue.js";
import type { TraceRecord } from "../../src/core/trace.js";
import { startQrInitiated, type QrInitiatedOptions } from "../../src/hybrid/qr-initiated.js";
import { udpAdvertiser, udpScanner } from "../../src/hybrid/adapters/radio-udp.js";
import { wsDialer } from "../../src/hybrid/adapters/tunnel-ws.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { selfMadeTlsIdentity } from "../../src/sim/expose/tls-identity.js";
import { wsTunnelService, type WsTunnelServiceOptions } from "../../src/sim/expose/tunnel-ws.js";
import { SimPhone } from "../../src/sim/phone/phone.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import type { SimUser } from "../../src/sim/user.js";
import { authenticate } from "../../src/webauthn/client/authenticate.js";
import { register } from "../../src/webauthn/client/register.js";
import { creationOptions, ORIGIN, requestOptions, RP_ID } from "../helpers/ceremony-options.js";
import { freeUdpPort } from "../helpers/free-udp-port.js";

const CLIENT = { origin: ORIGIN };
const RESIDENT = creationOptions({ authenticatorSelection: { residentKey: "required" } });

const closers: (() => PromiseLike<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A computer and a phone that share a radio of datagrams and a tunnel service on a port, in real time. */
async function realBench(service: Partial<WsTunnelServiceOptions> = {}, user?: SimUser) {
  const seen = new AsyncQueue<TraceRecord>();
  const env = systemEnv({ write: (record) => seen.put(record) });
  const tls = selfMadeTlsIdentity(virtualEnv("real"), ["127.0.0.1"]);
  const tunnels = await wsTunnelService(envFor(env, "service"), { port: 0, tls, ...service });
  closers.push(() => tunnels[Symbol.asyncDispose]());
  const port = await freeUdpPort();
  const dialer = wsDialer({ service: tunnels.origin, tls: { ca: tls.cert } });
  const store = new CredentialStore();
  const approves: SimUser = { answer: async () => ({ answer: "approved" }) };
  const key = new SimAuthenticator(envFor(env, "key"), {
    profile: profileNamed("phone"),
    store,
    user: user ?? approves,
  });
  const parts = { advertiser: udpAdvertiser(env, { port }), dialer, handle: key.handle };
  const phone = new SimPhone(envFor(env, "phone"), parts, { startDelayMs: 0 });
  const client = envFor(env, "client");
  return {
    store,
    phone,
    client,
    invite: (options: QrInitiatedOptions = {}) => {
      const transaction = startQrInitiated(client, { scanner: udpScanner({ port }), dialer }, options);
      closers.push(async () => {
        transaction.device.hangUp();
        await transaction.device.ended;
      });
      return transaction;
    },
    /** Waits for the next record that is the one. */
    async until(isIt: (record: TraceRecord) => boolean): Promise<void> {
      for await (const record of seen) if (isIt(record)) return;
    },
  };
}

describe("over real sockets", () => {
  test("a phone registers, and signs in over a second code", async () => {
    const bench = await realBench();
    const first = bench.invite({ hint: "mc" });
    const scanned = bench.phone.scan(first.qr);
    const answer = await register(bench.client, first.device, RESIDENT, CLIENT);
    expect(await scanned).toEqual({ ending: "served" });
    const { verified } = await verifyRegistrationResponse({
      response: answer,
      expectedChallenge: RESIDENT.challenge,
      expectedOrigin: ORIGIN,
      expectedRPID: RP_ID,
      requireUserVerification: true,
    });
    expect(verified).toBe(true);

    const second = bench.invite({ hint: "ga" });
    const scannedAgain = bench.phone.scan(second.qr);
    const assertion = await authenticate(bench.client, second.device, requestOptions(), CLIENT);
    expect(assertion.id).toBe(answer.id);
    expect(await scannedAgain).toEqual({ ending: "served" });
  });

  test("the client gives up, the person approves afterwards: an error here, a passkey there", async () => {
    let approve = () => {};
    const approval = new Promise<void>((resolve) => (approve = resolve));
    const prompted = new AsyncQueue<string>();
    const bench = await realBench(
      {},
      {
        async answer(prompt) {
          prompted.put(prompt.kind);
          await approval;
          return { answer: "approved" };
        },
      },
    );
    const { qr, device } = bench.invite();
    const scanned = bench.phone.scan(qr);
    const abort = new AbortController();
    const registering = register(bench.client, device, RESIDENT, { ...CLIENT, signal: abort.signal });
    const failed = expect(registering).rejects.toMatchObject({ code: "ABORTED", aftermath: "unknown" });
    await prompted.next();
    abort.abort();
    await failed;
    expect(bench.store.credentials.length).toBe(0);
    // Else the answer and the shutdown might pass each other on the way.
    await bench.until((record) => record.kind === "link.hybrid" && record.stage === "shutdown-received");
    approve();
    await bench.until(({ kind }) => kind === "ctap.credential");
    expect((await scanned).ending).toBe("eof-while-processing");
    expect(bench.store.credentials.length).toBe(1);
  });

  test("the service breaks down while the person thinks: LINK_CLOSED here, a passkey there", async () => {
    // Handshake and its answer, hello, update, request: the sixth message is the phone's answer.
    const bench = await realBench({ dropAfter: 5 });
    const { qr, device } = bench.invite();
    const scanned = bench.phone.scan(qr);
    await expect(register(bench.client, device, RESIDENT, CLIENT)).rejects.toMatchObject({
      aftermath: "unknown",
    });
    await scanned;
    expect(bench.store.credentials.length).toBe(1);
  });

  test("a service that refuses everybody: the phone cannot connect and the client never hears it", async () => {
    const bench = await realBench({ httpStatus: 503 });
    const { qr, device } = bench.invite({ budgets: { scanMs: 300 } });
    const scanned = bench.phone.scan(qr);
    await expect(device.ready()).rejects.toMatchObject({
      code: "TIMEOUT",
      timer: "hybrid.scan",
      aftermath: "none",
    });
    expect(await scanned).toEqual({
      ending: "tunnel-connect-failed",
      code: "TUNNEL_REFUSED",
      hint: "The service is full: try again in a moment.",
    });
  });
});
