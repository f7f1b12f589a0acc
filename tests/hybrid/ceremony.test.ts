import {
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON as TheirAuthentication,
  type RegistrationResponseJSON as TheirRegistration,
} from "@simplewebauthn/server";
import { describe, expect, test } from "vitest";
import { register } from "../../src/webauthn/client/register.js";
import { authenticate } from "../../src/webauthn/client/authenticate.js";
import type { RegistrationResponseJSON } from "../../src/webauthn/json.js";
import { creationOptions, ORIGIN, requestOptions, RP_ID } from "../helpers/ceremony-options.js";
import { HybridBench } from "./hybrid-bench.js";

const CLIENT = { origin: ORIGIN };
const EXPECTED = {
  expectedChallenge: creationOptions().challenge,
  expectedOrigin: ORIGIN,
  expectedRPID: RP_ID,
  requireUserVerification: true,
};
const RESIDENT = creationOptions({ authenticatorSelection: { residentKey: "required" } });

async function registered(bench: HybridBench) {
  const { device, qr } = bench.invite({ hint: "mc" });
  const session = bench.scan(qr);
  const answer = await bench.run(register(bench.client, device, RESIDENT, CLIENT));
  return { answer, device, session };
}

/** What @simplewebauthn/server makes of it. */
async function theirCredential(answer: RegistrationResponseJSON) {
  const response = answer as unknown as TheirRegistration;
  const { verified, registrationInfo } = await verifyRegistrationResponse({ ...EXPECTED, response });
  expect(verified).toBe(true);
  return registrationInfo?.credential as NonNullable<typeof registrationInfo>["credential"];
}

describe("a registration over hybrid", () => {
  test("is what a site accepts", async () => {
    const { answer } = await registered(new HybridBench());
    expect((await theirCredential(answer)).id).toBe(answer.id);
    expect(answer.authenticatorAttachment).toBe("cross-platform");
    expect(answer.response.transports).toEqual(["hybrid", "internal"]);
  });

  test("passes every stage once, and asks the phone one question", async () => {
    const bench = new HybridBench();
    const { device, session } = await registered(bench);
    expect(await bench.run(session)).toEqual({ ending: "served" });
    await bench.run(device.ended);
    expect(bench.stages()).toEqual([
      "qr-shown",
      "advert-seen",
      "tunnel-opening",
      "tunnel-open",
      "handshake",
      "ready",
      "update",
      "shutdown-sent",
      "tunnel-closed",
    ]);
    expect(bench.stages("phone")).toEqual([
      "qr-scanned",
      "tunnel-opening",
      "tunnel-open",
      "advert-sent",
      "handshake",
      "ready",
      "shutdown-received",
    ]);
    expect(bench.traced("ctap.request")).toHaveLength(1);
  });

  test("takes three round trips, of which one is CTAP", async () => {
    const messages: string[] = [];
    const bench = new HybridBench({
      dialer: (dialer) => ({
        async open(url, opening, signal) {
          messages.push("upgrade");
          const { tunnel, header } = await dialer.open(url, opening, signal);
          const counted = {
            closed: tunnel.closed,
            close: (code?: number) => tunnel.close(code),
            send(message: Uint8Array) {
              messages.push("out");
              tunnel.send(message);
            },
            async receive(ended?: AbortSignal) {
              const message = await tunnel.receive(ended);
              if (message) messages.push("in");
              return message;
            },
          };
          return { tunnel: counted, header };
        },
      }),
    });
    const { device } = await registered(bench);
    await bench.run(device.ended);
    // Upgrade; handshake and its answer; what the phone says of itself and its update; request, answer; shutdown.
    expect(messages).toEqual(["upgrade", "out", "in", "in", "out", "in", "in", "out"]);
  });

  test("waits in the device until somebody scans", async () => {
    const bench = new HybridBench();
    const { device, qr } = bench.invite();
    bench.env.clock.arm(40_000, "test.scan", () => void bench.scan(qr));
    await bench.run(register(bench.client, device, creationOptions(), CLIENT));
    expect(bench.traced("ctap.request")).toEqual([expect.objectContaining({ atMs: 41_550 })]);
  });

  test("is the same byte for byte with the same seed", async () => {
    const lines = async () => {
      const bench = new HybridBench({ seed: "twice" });
      const { answer, device } = await registered(bench);
      await bench.run(device.ended);
      return [answer, ...bench.env.records].map((line) => JSON.stringify(line));
    };
    expect(await lines()).toEqual(await lines());
  });
});

describe("a login over hybrid", () => {
  test.each([
    ["with the credential named", true],
    ["with no credential named", false],
  ])("%s is what a site accepts", async (_, named) => {
    const bench = new HybridBench();
    const { answer } = await registered(bench);
    const credential = await theirCredential(answer);
    const { device, qr } = bench.invite({ hint: "ga" });
    const session = bench.scan(qr);
    const options = requestOptions(
      named ? { allowCredentials: [{ type: "public-key", id: answer.id }] } : {},
    );
    const login = await bench.run(authenticate(bench.client, device, options, CLIENT));
    const response = login as unknown as TheirAuthentication;
    const { verified } = await verifyAuthenticationResponse({ ...EXPECTED, response, credential });
    expect(verified).toBe(true);
    expect(await bench.run(session)).toEqual({ ending: "served" });
  });
});
