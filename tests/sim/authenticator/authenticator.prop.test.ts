import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat } from "../../../src/core/bytes.js";
import { CtapCommand } from "../../../src/ctap/command.js";
import { encodeClientPinRequest } from "../../../src/ctap/messages/client-pin.js";
import { encodeGetAssertionRequest } from "../../../src/ctap/messages/get-assertion.js";
import { encodeMakeCredentialRequest } from "../../../src/ctap/messages/make-credential.js";
import { nameOfStatus } from "../../../src/ctap/status.js";
import { PROFILES } from "../../../src/sim/profiles/profiles.js";
import { BenchKey, PIN, assertion, creation } from "./bench-key.js";
import { fullRuns } from "../../helpers/full-runs.js";

const PROFILE = fc.constantFrom(...PROFILES.values());
const HABITS = fc.constantFrom({}, { refuses: true }, { walksAway: true });
const COMMAND = fc.constantFrom(...Object.values(CtapCommand));

/** Requests that are good, to be spoilt. */
const GOOD = [
  encodeMakeCredentialRequest(
    creation({
      options: { rk: true, uv: true },
      excludeList: [{ type: "public-key", id: new Uint8Array(16) }],
      extensions: new Map<string, boolean | number>([
        ["credProtect", 2],
        ["hmac-secret", true],
      ]),
      pinUvAuthParam: new Uint8Array(32),
      pinUvAuthProtocol: 2,
      enterpriseAttestation: 1,
      attestationFormatsPreference: ["packed"],
    }),
  ),
  encodeMakeCredentialRequest(creation()),
  encodeGetAssertionRequest(
    assertion({
      allowList: [{ type: "public-key", id: new Uint8Array(40) }],
      options: { up: true },
      extensions: new Map([["hmac-secret", new Map([[1, 2]])]]),
    }),
  ),
  encodeClientPinRequest({
    subCommand: 9,
    pinUvAuthProtocol: 2,
    keyAgreement: {
      alg: -25,
      key: { kty: "EC", crv: "P-256", x: new Uint8Array(32).fill(1), y: new Uint8Array(32).fill(2) },
    },
    pinHashEnc: new Uint8Array(32),
    permissions: 3,
    rpId: "example.com",
  }),
];

/** Whatever the bytes: one status with a name or without, and a body only when it is 0. */
async function expectStatus(bench: BenchKey, request: Uint8Array): Promise<void> {
  const response = await bench.send(request);
  expect(response.length).toBeGreaterThan(0);
  if (response[0] !== 0) {
    expect(response).toHaveLength(1);
    expect(nameOfStatus(response[0] as number)).not.toMatch(/^0x/);
  }
}

describe("every byte sequence gets a status", () => {
  test("random bytes after any command", async () => {
    await fc.assert(
      fc.asyncProperty(
        PROFILE,
        HABITS,
        COMMAND,
        fc.uint8Array({ maxLength: 80 }),
        async (profile, behaviour, command, bytes) =>
          expectStatus(new BenchKey({ profile, behaviour }), concat(Uint8Array.of(command), bytes)),
      ),
      { numRuns: fullRuns(500) },
    );
  });

  test("random bytes without any", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), async (bytes) =>
        expectStatus(new BenchKey(), bytes),
      ),
      { numRuns: fullRuns(500) },
    );
  });

  test("good requests with one byte changed", async () => {
    const spoilt = fc
      .constantFrom(...GOOD)
      .chain((good) =>
        fc
          .tuple(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }))
          .map(([at, xor]) => good.map((byte, index) => (index === at ? byte ^ xor : byte))),
      );
    await fc.assert(
      fc.asyncProperty(PROFILE, HABITS, spoilt, async (profile, behaviour, request) =>
        expectStatus(new BenchKey({ profile, behaviour }), request),
      ),
      { numRuns: fullRuns(1000) },
    );
  });

  test("good requests cut short", async () => {
    const cut = fc
      .constantFrom(...GOOD)
      .chain((good) => fc.nat({ max: good.length - 1 }).map((length) => good.subarray(0, length)));
    await fc.assert(
      fc.asyncProperty(PROFILE, cut, async (profile, request) =>
        expectStatus(new BenchKey({ profile }), request),
      ),
      { numRuns: 300 },
    );
  });
});

/** What may happen to a key with a PIN, in any order. */
const EVENT = fc.constantFrom("wrong", "right", "power-cycle");

test("whatever is tried, the retries are those a simple count gives", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(EVENT, { maxLength: 14 }), async (events) => {
      const bench = await new BenchKey().setPin();
      const model = { retries: 8, inARow: 0 };
      for (const event of events) {
        if (event === "power-cycle") {
          bench.key.powerCycle();
          model.inARow = 0;
        } else {
          const session = await bench.session();
          const pin = event === "right" ? PIN : "00000000";
          const outcome = await bench.run(
            session.pinUvAuthToken({ pin, permissions: 1, rpId: "example.com" }).then(
              () => "token",
              () => "refused",
            ),
          );
          const tried = model.retries > 0 && model.inARow < 3;
          if (tried && event === "right") Object.assign(model, { retries: 8, inARow: 0 });
          else if (tried) Object.assign(model, { retries: model.retries - 1, inARow: model.inARow + 1 });
          expect(outcome).toBe(tried && event === "right" ? "token" : "refused");
        }
        const session = await bench.session();
        expect(await bench.run(session.pinRetries())).toMatchObject({
          retries: model.retries,
          powerCycleNeeded: model.inARow >= 3,
        });
      }
    }),
    { numRuns: 40 },
  );
});
