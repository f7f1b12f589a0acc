import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { CborValue } from "../../../src/cbor/value.js";
import { credentialTag } from "../../../src/core/credential-tag.js";
import { fromHex, utf8 } from "../../../src/core/bytes.js";
import { parseAuthenticatorData } from "../../../src/ctap/messages/authenticator-data.js";
import { Permission } from "../../../src/ctap/messages/client-pin.js";
import { CtapCommand } from "../../../src/ctap/command.js";
import { encodeGetAssertionRequest } from "../../../src/ctap/messages/get-assertion.js";
import { parseInfo } from "../../../src/ctap/messages/get-info.js";
import { encodeMakeCredentialRequest } from "../../../src/ctap/messages/make-credential.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { speaksCtap2 } from "../../../src/sim/profiles/profile.js";
import { GENERIC_PROFILE, PROFILES, profileNamed } from "../../../src/sim/profiles/profiles.js";
import { BenchKey, assertion, bodyOf, creation, type BenchOptions } from "./bench-key.js";

const SELECTION = Uint8Array.of(CtapCommand.selection);
const RESET = Uint8Array.of(CtapCommand.reset);
const GET_INFO = Uint8Array.of(CtapCommand.getInfo);
const MAKE = encodeMakeCredentialRequest(creation());
const TOUCH_TIMEOUT_MS = 30_000;

const infoOf = async (bench: BenchKey) => parseInfo(bodyOf(await bench.send(GET_INFO)));

describe("selection", () => {
  test.each([
    [{}, [CtapStatus.OK]],
    [{ refuses: true }, [CtapStatus.OPERATION_DENIED]],
    [{ walksAway: true }, [CtapStatus.USER_ACTION_TIMEOUT]],
  ])("a person %j: %j", async (behaviour, response) => {
    expect([...(await new BenchKey({ behaviour }).send(SELECTION))]).toEqual(response);
  });

  test("keys with the quirk answer 0x3A where others answer 0x2F", async () => {
    const bench = new BenchKey({ profile: profileNamed("answers-3a"), behaviour: { walksAway: true } });
    expect(await bench.status(SELECTION)).toBe(CtapStatus.ACTION_TIMEOUT);
  });
});

describe("reset", () => {
  test.each([
    [{ refuses: true }, CtapStatus.OPERATION_DENIED],
    [{ walksAway: true }, CtapStatus.USER_ACTION_TIMEOUT],
  ])("a person %j: %i, and nothing is lost", async (behaviour, status) => {
    const { store } = await resident();
    expect(await new BenchKey({ behaviour, store }).status(RESET)).toBe(status);
    expect(store.credentials).toHaveLength(1);
  });

  test.each([
    [10_000, CtapStatus.OK],
    [10_001, CtapStatus.NOT_ALLOWED],
  ])("%i ms after power-up: %i", async (waitMs, status) => {
    const bench = new BenchKey();
    await bench.env.clock.advance(waitMs);
    expect(await bench.status(RESET)).toBe(status);
  });

  test("plugging in again opens the window again", async () => {
    const bench = new BenchKey();
    await bench.env.clock.advance(60_000);
    bench.key.powerCycle();
    expect(await bench.status(RESET)).toBe(CtapStatus.OK);
  });

  test("takes credentials, PIN and every id handed out before", async () => {
    const bench = new BenchKey();
    const { authData } = await bench.made();
    await bench.made({ options: { rk: true } });
    await bench.setPin();
    bench.key.powerCycle();
    expect(await bench.status(RESET)).toBe(CtapStatus.OK);
    expect((await infoOf(bench)).options?.["clientPin"]).toBe(false);
    const id = parseAuthenticatorData(authData).attested?.credentialId ?? new Uint8Array(0);
    expect(await bench.get()).toBe(CtapStatus.NO_CREDENTIALS);
    expect(await bench.get({ allowList: [{ type: "public-key", id }] })).toBe(CtapStatus.NO_CREDENTIALS);
  });

  test("takes tokens too", async () => {
    const bench = await new BenchKey().setPin();
    const token = await bench.token(Permission.makeCredential);
    await bench.send(RESET);
    await bench.setPin();
    expect(await bench.make(token)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("traces each credential it deletes", async () => {
    const bench = await resident();
    await bench.send(RESET);
    expect(bench.traced("ctap.credential").at(-1)).toMatchObject({
      change: "deleted",
      rpId: "example.com",
      user: credentialTag(utf8("user-1")),
      actor: "key",
    });
  });
});

/** A key with one discoverable credential, and its store. */
async function resident(options: BenchOptions = {}) {
  const bench = new BenchKey(options);
  await bench.made({ options: { rk: true } });
  return Object.assign(bench, { store: bench.key.store });
}

describe("cancel", () => {
  test.each([
    ["makeCredential", MAKE],
    ["selection", SELECTION],
    ["reset", RESET],
    [
      "the selection probe",
      encodeMakeCredentialRequest(creation({ pinUvAuthParam: new Uint8Array(0), pinUvAuthProtocol: 1 })),
    ],
  ])("%s while it waits for a touch is KEEPALIVE_CANCEL at once", async (_, request) => {
    const bench = new BenchKey({ behaviour: { walksAway: true } });
    const abort = new AbortController();
    bench.env.clock.arm(1_234, "test.cancel", () => abort.abort());
    expect([...(await bench.send(request, { signal: abort.signal }))]).toEqual([CtapStatus.KEEPALIVE_CANCEL]);
    expect(bench.env.clock.nowMs()).toBe(1_234);
    expect(bench.key.store.credentials).toEqual([]);
  });

  test("getAssertion while it waits for a touch, too", async () => {
    const { store } = await resident();
    const bench = new BenchKey({ behaviour: { walksAway: true }, store });
    const abort = new AbortController();
    bench.env.clock.arm(10, "test.cancel", () => abort.abort());
    const request = encodeGetAssertionRequest(assertion());
    expect(await bench.status(request, { signal: abort.signal })).toBe(CtapStatus.KEEPALIVE_CANCEL);
  });

  test("while it waits for a finger, too", async () => {
    const bench = new BenchKey({ profile: profileNamed("fingerprint"), behaviour: { walksAway: true } });
    const abort = new AbortController();
    bench.env.clock.arm(10, "test.cancel", () => abort.abort());
    const request = encodeMakeCredentialRequest(creation({ options: { uv: true } }));
    expect(await bench.status(request, { signal: abort.signal })).toBe(CtapStatus.KEEPALIVE_CANCEL);
  });

  test("while it computes, too", async () => {
    const timeouts = { ...GENERIC_PROFILE.timeouts, processingMs: 500 };
    const bench = new BenchKey({ profile: { timeouts } });
    const abort = new AbortController();
    bench.env.clock.arm(100, "test.cancel", () => abort.abort());
    expect(await bench.status(MAKE, { signal: abort.signal })).toBe(CtapStatus.KEEPALIVE_CANCEL);
    expect(bench.env.clock.nowMs()).toBe(100);
  });

  test("before it begins, too: the person is not asked", async () => {
    const bench = new BenchKey();
    expect(await bench.status(MAKE, { signal: AbortSignal.abort() })).toBe(CtapStatus.KEEPALIVE_CANCEL);
    expect(bench.traced("user.prompted")).toEqual([]);
  });

  test("does not depend on a person who listens", async () => {
    const bench = new BenchKey({ user: () => ({ answer: () => new Promise(() => {}) }) });
    const abort = new AbortController();
    bench.env.clock.arm(10, "test.cancel", () => abort.abort());
    expect(await bench.status(MAKE, { signal: abort.signal })).toBe(CtapStatus.KEEPALIVE_CANCEL);
  });

  test("tells the person and stops the clock at once", async () => {
    const bench = new BenchKey({ behaviour: { walksAway: true } });
    const abort = new AbortController();
    bench.env.clock.arm(10, "test.cancel", () => abort.abort());
    await bench.send(MAKE, { signal: abort.signal });
    await bench.env.clock.advance(60_000);
    expect(bench.env.records.filter(({ atMs }) => atMs > 0)).toMatchObject([
      { kind: "user.answered", prompt: "touch make-credential", answer: "none", atMs: 10, actor: "user" },
      { kind: "timer.disarmed", timer: "key.up", budgetMs: 30_000, atMs: 10, actor: "key" },
    ]);
  });

  test("the next command is answered as if nothing had been", async () => {
    const bench = new BenchKey({ behaviour: { nth: { 1: { does: "walks-away" } } } });
    const abort = new AbortController();
    bench.env.clock.arm(10, "test.cancel", () => abort.abort());
    await bench.send(MAKE, { signal: abort.signal });
    expect(await bench.status(MAKE)).toBe(CtapStatus.OK);
  });
});

describe("keepalives", () => {
  const heardBy = async (bench: BenchKey, request: Uint8Array) => {
    const heard: string[] = [];
    await bench.send(request, {
      onKeepalive: (status) => heard.push(`${bench.env.clock.nowMs()} ${status}`),
    });
    return heard;
  };

  test("ask for the touch while it is awaited", async () => {
    expect(await heardBy(new BenchKey(), MAKE)).toEqual(["0 up-needed", "500 processing"]);
  });

  test("say processing while it computes", async () => {
    const timeouts = { ...GENERIC_PROFILE.timeouts, processingMs: 200 };
    const heard = await heardBy(new BenchKey({ profile: { timeouts } }), MAKE);
    expect(heard).toEqual(["0 processing", "200 up-needed", "700 processing"]);
  });

  test("never come with getInfo", async () => {
    const timeouts = { ...GENERIC_PROFILE.timeouts, processingMs: 200 };
    expect(await heardBy(new BenchKey({ profile: { timeouts } }), GET_INFO)).toEqual([]);
  });

  test("some keys never say that they want a touch", async () => {
    const bench = new BenchKey({ profile: { quirks: ["neverSaysUpNeeded"] } });
    expect(await heardBy(bench, MAKE)).toEqual(["0 processing"]);
  });
});

describe("power cycle", () => {
  test("ends what is under way without effect", async () => {
    const bench = new BenchKey({ behaviour: { touchMs: 5_000 } });
    bench.env.clock.arm(1_000, "test.unplug", () => bench.key.powerCycle());
    expect([...(await bench.send(MAKE))]).toEqual([CtapStatus.OTHER]);
    await bench.env.clock.advance(TOUCH_TIMEOUT_MS);
    expect(bench.key.store.credentials).toEqual([]);
  });

  test("ends what waits behind it, too, but not what comes after", async () => {
    const bench = new BenchKey({ behaviour: { touchMs: 5_000 } });
    const both = [bench.key.handle(MAKE), bench.key.handle(MAKE)];
    await bench.env.clock.advance(1_000);
    bench.key.powerCycle();
    const after = bench.key.handle(MAKE);
    const answers = await bench.run(Promise.all([...both, after]));
    expect(answers.map((answer) => answer[0])).toEqual([CtapStatus.OTHER, CtapStatus.OTHER, CtapStatus.OK]);
  });

  test("keeps credentials and PIN", async () => {
    const bench = await (await resident()).setPin();
    bench.key.powerCycle();
    expect(await bench.get()).toBe(CtapStatus.OK);
    expect((await infoOf(bench)).options?.["clientPin"]).toBe(true);
  });
});

describe("overlapping requests", () => {
  test("take turns: two touches, one after the other", async () => {
    const bench = new BenchKey();
    const answers = await bench.run(Promise.all([bench.key.handle(MAKE), bench.key.handle(MAKE)]));
    expect(answers.map((answer) => answer[0])).toEqual([CtapStatus.OK, CtapStatus.OK]);
    expect(bench.env.clock.nowMs()).toBe(1_000);
  });
});

describe("getInfo", () => {
  test("counts the room that is left", async () => {
    const bench = await resident();
    expect((await infoOf(bench)).remainingDiscoverableCredentials).toBe(24);
  });

  test.each([...PROFILES.values()].filter(speaksCtap2))(
    "of $name says what the profile says",
    async (profile) => {
      const info = await infoOf(new BenchKey({ profile }));
      expect(info.versions).toEqual(profile.versions);
      expect(info.options?.["uv"]).toBe(profile.builtInUv?.configured);
      expect(info.options?.["clientPin"]).toBe(profile.options.clientPin ? false : undefined);
      expect(info.pinUvAuthProtocols ?? []).toEqual(profile.pinUvAuthProtocols);
    },
  );

  test("of yubikey5 is the published one, but for what is named here", async () => {
    const { cases } = JSON.parse(
      readFileSync(new URL("../../vectors/getinfo.json", import.meta.url), "utf8"),
    ) as { readonly cases: readonly { readonly id: string; readonly cbor: string }[] };
    const published = parseInfo(fromHex(cases.find(({ id }) => id === "getinfo-119")?.cbor ?? ""));
    const { credentialMgmtPreview, ...options } = published.options ?? {};
    expect(credentialMgmtPreview).toBe(true);
    const profile = profileNamed("yubikey5");
    expect(await infoOf(new BenchKey({ profile }))).toEqual({
      ...published,
      options,
      aaguid: fromHex(profile.aaguid.replaceAll("-", "")),
    });
  });

  test("an alwaysUv key does not promise credentials without verification", async () => {
    const options = { ...GENERIC_PROFILE.options, alwaysUv: true };
    const info = await infoOf(new BenchKey({ profile: { options } }));
    expect(info.options).toMatchObject({ alwaysUv: true, makeCredUvNotRqd: false });
  });
});

/** For a credential that is not discoverable; the two extensions that cannot be asked for so are left out. */
const EXTENSION_INPUTS: ReadonlyMap<string, CborValue> = new Map<string, CborValue>([
  ["credProtect", 2],
  ["credBlob", Uint8Array.of(1)],
  ["hmac-secret", true],
  ["largeBlob", new Map([["support", "preferred"]])],
  ["minPinLength", true],
  ["pinComplexityPolicy", true],
  ["prf", new Map()],
  ["thirdPartyPayment", true],
  ["uvm", true],
]);

describe("profiles", () => {
  test.each([...PROFILES.values()].filter(speaksCtap2))(
    "$name keeps its credential ids within its own limit",
    async (profile) => {
      const bench = new BenchKey({ profile });
      const extensions = new Map([...EXTENSION_INPUTS].filter(([id]) => profile.extensions.includes(id)));
      for (const alg of profile.algorithms) {
        const { authData } = await bench.made({
          extensions,
          pubKeyCredParams: [{ type: "public-key", alg }],
          options: { uv: profile.builtInUv !== undefined },
        });
        const { attested } = parseAuthenticatorData(authData);
        expect(attested?.credentialId.length).toBeLessThanOrEqual(profile.limits.maxCredentialIdLength);
        expect(attested?.publicKey.alg).toBe(alg);
      }
    },
  );
});

describe("determinism", () => {
  async function story(seed: string) {
    const bench = await new BenchKey({ seed }).setPin();
    const answers = [
      await bench.send(MAKE),
      await bench.send(encodeMakeCredentialRequest(creation(await bench.token(Permission.makeCredential)))),
      await bench.send(encodeGetAssertionRequest(assertion())),
      await bench.send(GET_INFO),
    ];
    return { answers, records: bench.env.records };
  }

  test("the same seed gives the same bytes and the same trace", async () => {
    expect(await story("one")).toEqual(await story("one"));
  });

  test("another seed gives other bytes and the same story", async () => {
    const [one, two] = [await story("one"), await story("two")];
    expect(one.answers[0]).not.toEqual(two.answers[0]);
    expect(one.records.map(({ kind, atMs }) => ({ kind, atMs }))).toEqual(
      two.records.map(({ kind, atMs }) => ({ kind, atMs })),
    );
  });
});

test("no PIN, key or token is in the trace", async () => {
  const bench = await new BenchKey().setPin();
  await bench.made({ ...(await bench.token(Permission.makeCredential)), options: { rk: true } });
  const { credentials, memory } = bench.key.store.snapshot();
  const secrets = [...credentials.map(({ secretKey }) => secretKey), memory.pinHash, memory.wrappingKey];
  const trace = JSON.stringify(bench.env.records);
  for (const secret of secrets.filter((value) => value !== undefined)) {
    expect(trace).not.toContain(Buffer.from(secret).toString("hex"));
    expect(trace).not.toContain(Buffer.from(secret).toString("base64url"));
  }
  expect(trace).not.toContain("31415926");
});
