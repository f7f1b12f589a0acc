import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/core/bytes.js";
import {
  CredentialStore,
  type NewCredentialSource,
} from "../../../src/sim/authenticator/store/credential-store.js";
import { encodeStore, parseStore } from "../../../src/sim/authenticator/store/store-file.js";
import { BenchKey } from "./bench-key.js";

function credential(name: string, more: Partial<NewCredentialSource> = {}): NewCredentialSource {
  return {
    id: utf8(`id of ${name}`),
    rpId: "example.com",
    userId: utf8(name),
    alg: -7,
    secretKey: new Uint8Array(32).fill(1),
    discoverable: true,
    createdAtEpochMs: 0,
    extensions: new Map(),
    ...more,
  };
}

describe("CredentialStore", () => {
  test("one account has one discoverable credential", () => {
    const store = new CredentialStore();
    store.add(credential("ada"));
    const { overwritten } = store.add(credential("ada", { id: utf8("new") }));
    expect(overwritten?.id).toEqual(utf8("id of ada"));
    expect(store.credentials.map(({ id }) => id)).toEqual([utf8("new")]);
  });

  test.each([
    ["another site", { rpId: "other.example" }],
    ["another account", { userId: utf8("bob") }],
    ["a non-discoverable one", { discoverable: false }],
  ])("%s overwrites nothing", (_, more) => {
    const store = new CredentialStore();
    store.add(credential("ada"));
    expect(store.add(credential("ada", { id: utf8("new"), ...more })).overwritten).toBeUndefined();
    expect(store.credentials).toHaveLength(2);
  });

  test("assertions come newest first, of one site only", () => {
    const store = new CredentialStore();
    for (const name of ["ada", "bob", "eve"]) store.add(credential(name));
    store.add(credential("ada", { rpId: "other.example" }));
    expect(store.discoverable("example.com").map(({ userId }) => userId)).toEqual(
      ["eve", "bob", "ada"].map(utf8),
    );
  });

  test("non-discoverable ones are listed but not discovered", () => {
    const store = new CredentialStore();
    store.add(credential("ada", { discoverable: false }));
    expect([store.credentials.length, store.discoverableCount]).toEqual([1, 0]);
    expect(store.discoverable("example.com")).toEqual([]);
  });

  test("counts per credential and for the whole device", () => {
    const store = new CredentialStore();
    const { added } = store.add(credential("ada"));
    expect([store.countFor(added.id), store.countFor(added.id)]).toEqual([1, 2]);
    expect([store.countGlobally(), store.countGlobally()]).toEqual([1, 2]);
    expect(store.countFor(utf8("stranger"))).toBeUndefined();
  });

  test("deletes what there is and only that", () => {
    const store = new CredentialStore();
    store.add(credential("ada"));
    expect(store.delete(utf8("stranger"))).toBeUndefined();
    expect(store.delete(utf8("id of ada"))?.userId).toEqual(utf8("ada"));
    expect(store.credentials).toEqual([]);
  });

  test("updates one credential and leaves the others", () => {
    const store = new CredentialStore();
    store.add(credential("ada"));
    store.add(credential("bob"));
    expect(store.update(utf8("id of ada"), { userName: "Ada" })).toBe(true);
    expect(store.update(utf8("stranger"), { userName: "Nobody" })).toBe(false);
    expect(store.credentials.map(({ userName }) => userName)).toEqual(["Ada", undefined]);
  });

  test("a snapshot does not see what happens later", () => {
    const store = new CredentialStore();
    store.add(credential("ada"));
    const snapshot = store.snapshot();
    store.add(credential("bob"));
    store.countGlobally();
    store.update(utf8("id of ada"), { userName: "Ada" });
    expect(snapshot.credentials).toHaveLength(1);
    expect(snapshot.credentials[0]?.userName).toBeUndefined();
    expect(snapshot.memory.signCounter).toBeUndefined();
    store.restore(snapshot);
    expect(store.snapshot()).toEqual(snapshot);
  });

  test("a reset leaves nothing and says what was there", () => {
    const store = new CredentialStore();
    store.add(credential("ada"));
    store.remember({ pinHash: new Uint8Array(16) });
    expect(store.reset()).toHaveLength(1);
    expect(store.snapshot()).toEqual({ credentials: [], memory: {} });
  });
});

describe("store files", () => {
  const roundTrip = (store: CredentialStore) => parseStore(JSON.parse(encodeStore(store.snapshot())));

  test("bring back a used key as it was", async () => {
    const bench = await new BenchKey().setPin();
    await bench.made({ extensions: new Map([["credProtect", 2]]) });
    await bench.made({ extensions: new Map([["hmac-secret", true]]) });
    expect(roundTrip(bench.key.store)).toEqual(bench.key.store.snapshot());
  });

  test("bring back any credential", () => {
    const bytes = fc.uint8Array({ maxLength: 80 });
    const any = fc.record(
      {
        id: bytes,
        rpId: fc.string(),
        userId: bytes,
        alg: fc.integer(),
        secretKey: bytes,
        discoverable: fc.boolean(),
        createdAtEpochMs: fc.nat(),
        extensions: fc
          .dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.boolean(), fc.nat(), bytes))
          .map((entries) => new Map(Object.entries(entries))),
        rpName: fc.string(),
        userName: fc.string(),
      },
      {
        requiredKeys: [
          "id",
          "rpId",
          "userId",
          "alg",
          "secretKey",
          "discoverable",
          "createdAtEpochMs",
          "extensions",
        ],
      },
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 4 }), (credentials) => {
        const store = new CredentialStore();
        for (const one of credentials) store.add(one);
        expect(roundTrip(store)).toEqual(store.snapshot());
      }),
    );
  });

  const good = { schema: 1, credentials: [], memory: {} };

  test.each([
    ["a later version", { ...good, schema: 2 }, "STORE_SCHEMA"],
    ["no version", { credentials: [], memory: {} }, "STORE_MALFORMED"],
    ["a list", [], "STORE_MALFORMED"],
    ["nothing", null, "STORE_MALFORMED"],
    ["a member nobody knows", { ...good, extra: 1 }, "STORE_MALFORMED"],
    ["a credential without members", { ...good, credentials: [{}] }, "STORE_MALFORMED"],
    ["a PIN hash that is no base64url", { ...good, memory: { pinHash: "*" } }, "STORE_MALFORMED"],
    ["extensions that are no hex", { ...good, memory: { more: "zz" } }, "STORE_MALFORMED"],
    ["extensions that are no map", { ...good, memory: { more: "80" } }, "STORE_MALFORMED"],
    ["extensions that are no CBOR", { ...good, memory: { more: "ff" } }, "STORE_MALFORMED"],
  ])("%s", (_, json, code) => {
    expect(() => parseStore(json)).toThrow(expect.objectContaining({ code }));
  });

  test("an error names the member and never its contents", () => {
    const json = { ...good, credentials: [{ secretKey: "hush*hush" }] };
    expect(() => parseStore(json)).toThrow(/credentials\[0\]/);
    const secret = { ...good, memory: { pinHash: "hush*hush" } };
    expect(() => parseStore(secret)).toThrow(/memory\.pinHash: not base64url/);
    expect(() => parseStore(secret)).not.toThrow(/hush/);
  });
});
