/** Nothing is destroyed that the rig file does not allow, or that the rig did not put there. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { toBase64url, toHex } from "../../src/core/bytes.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import type { RigKey } from "../../src/rig/inventory/inventory.js";
import { sharedRig } from "./helpers/memory-rig.js";

const MINE = new Uint8Array(32).fill(7);
const FOREIGN = new Uint8Array(32).fill(8);
const EMPTY = { pinSet: false, credentialIds: [] } as const;
const UNSEEN = { pinSet: false, credentialIds: "unseen" } as const;

const newLedger = () => {
  const rig = sharedRig(virtualEnv("ledger")).rigOf("one");
  return { ledger: rig.ledger, folder: rig.folder };
};
const key: RigKey = { label: "a", device: "any", allow: ["reset", "setPin"] };

describe("refused", () => {
  test("what the rig file does not allow, on an empty key too", () => {
    const { ledger } = newLedger();
    expect(() => ledger.check(key, "deleteCredentials", EMPTY)).toThrow(
      expect.objectContaining({ code: "RIG_NOT_ALLOWED" }),
    );
    expect(() => ledger.check({ label: "a", device: "any" }, "reset", EMPTY)).toThrow(
      expect.objectContaining({ code: "RIG_NOT_ALLOWED" }),
    );
  });

  test("a PIN that the rig did not set", () => {
    const { ledger } = newLedger();
    const contents = { pinSet: true, credentialIds: [] };
    expect(() => ledger.check(key, "reset", contents)).toThrow(
      expect.objectContaining({ code: "RIG_FOREIGN_PIN" }),
    );
    ledger.pinSet("a");
    expect(() => ledger.check(key, "reset", contents)).not.toThrow();
    // Reset and set again by another program.
    ledger.wasReset("a");
    expect(() => ledger.check(key, "reset", contents)).toThrow(
      expect.objectContaining({ code: "RIG_FOREIGN_PIN" }),
    );
  });

  test("credentials that the rig did not create", () => {
    const { ledger } = newLedger();
    ledger.credentialCreated("a", MINE);
    expect(() => ledger.check(key, "reset", { pinSet: false, credentialIds: [MINE] })).not.toThrow();
    expect(() => ledger.check(key, "reset", { pinSet: false, credentialIds: [MINE, FOREIGN] })).toThrow(
      expect.objectContaining({
        code: "RIG_FOREIGN_CREDENTIALS",
        message: expect.stringContaining("1 credential ") as string,
      }),
    );
    // Of another key of the rig.
    expect(() =>
      ledger.check({ ...key, label: "b" }, "reset", { pinSet: false, credentialIds: [MINE] }),
    ).toThrow(expect.objectContaining({ code: "RIG_FOREIGN_CREDENTIALS" }));
  });

  test("what cannot be seen, until a user adopts the key or the rig reset it", () => {
    const { ledger } = newLedger();
    expect(() => ledger.check(key, "reset", UNSEEN)).toThrow(
      expect.objectContaining({ code: "RIG_CREDENTIALS_UNSEEN" }),
    );
    ledger.adopt("a", UNSEEN);
    expect(() => ledger.check(key, "reset", UNSEEN)).not.toThrow();
    expect(() => ledger.check({ ...key, label: "b" }, "reset", UNSEEN)).toThrow();
    ledger.wasReset("b");
    expect(() => ledger.check({ ...key, label: "b" }, "reset", UNSEEN)).not.toThrow();
  });

  test("everything, where the ledger is damaged", () => {
    const { ledger, folder } = newLedger();
    ledger.pinSet("a");
    writeFileSync(folder.file("ledger-a.json"), '{"schema":1,"pin":tr');
    expect(() => ledger.check(key, "reset", { pinSet: true, credentialIds: [] })).toThrow(
      expect.objectContaining({ code: "RIG_FOREIGN_PIN" }),
    );
  });
});

test("setting a PIN destroys nothing, and is a question of permission alone", () => {
  const { ledger } = newLedger();
  expect(() => ledger.check(key, "setPin", UNSEEN)).not.toThrow();
});

test("the ledger's files hold no credential ID", () => {
  const { ledger, folder } = newLedger();
  ledger.credentialCreated("a", MINE);
  const text = readdirSync(folder.path)
    .map((name) => readFileSync(folder.file(name), "utf8"))
    .join("");
  expect(text).toContain("credentials");
  expect(text).not.toContain(toHex(MINE));
  expect(text).not.toContain(toBase64url(MINE));
});
