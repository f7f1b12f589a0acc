/** A key of a rig is changed only as its rig file allows, and where it holds nothing that the rig did not put there. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { machineWith } from "../../../src/cli/machine.js";
import { systemEnv } from "../../../src/env/system-env.js";
import { loadInventory } from "../../../src/rig/inventory/inventory.js";
import { takeLease } from "../../../src/rig/leases/with-lease.js";
import { openRig } from "../../../src/rig/rig.js";
import { KeyOnSocket } from "../../interop/key-on-socket.js";
import { runCli } from "../../helpers/run-cli.js";
import { OTHER_PIN, PIN } from "./managed-key.js";

interface Document {
  readonly ok: boolean;
  readonly exitCode: number | null;
  readonly error?: { readonly code: string };
  readonly [member: string]: unknown;
}

/** A rig with one simulated key, labelled blue. */
async function rigOf(key: KeyOnSocket, allow: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "rig-guard-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "rig.json");
  const device = `unix:${key.path}`;
  writeFileSync(file, JSON.stringify({ schema: 1, keys: [{ label: "blue", device, allow }] }));
  const variables: Record<string, string> = { PASSKEY_HARNESS_RIG: file };
  const ask = async (...args: readonly string[]): Promise<Document> => {
    const { stdout, exitCode } = await runCli([...args, "--json"], machineWith(variables));
    return { ...(JSON.parse(stdout) as Document), exitCode };
  };
  const rig = openRig(systemEnv(), loadInventory(file));
  return {
    folder,
    file,
    variables,
    device,
    rig,
    ask,
    blue: (...args: string[]) => ask(...args, "--device", "label:blue"),
  };
}

const refused = (code: string) => ({ ok: false, exitCode: 2, error: { code } });
const ALL = [
  "reset",
  "setPin",
  "changePin",
  "createCredentials",
  "deleteCredentials",
  "updateCredentials",
  "config",
  "writeLargeBlobs",
];

describe("what the rig file does not allow", () => {
  test.each([
    ["pin", "set"],
    ["reset", "--yes", "--now"],
    ["register"],
    ["config", "toggle-always-uv"],
    ["credentials", "delete", "AAAA"],
    ["credentials", "update", "AAAA", "--name", "x"],
    ["fingerprints", "enroll"],
    ["fingerprints", "delete", "00"],
    ["large-blob", "delete", "--rp", "example.com"],
    ["blobs", "collect"],
    ["conformance", "--only", "get-info.*", "--allow", "reset"],
    ["conformance", "--only", "get-info.*", "--allow", "store"],
  ])("%s %s: refused, and the key was asked what it is alone", async (...args) => {
    await using key = await KeyOnSocket.plugIn();
    const { blue, variables } = await rigOf(key, []);
    variables["PASSKEY_HARNESS_NEW_PIN"] = PIN;
    expect(await blue(...args)).toMatchObject(refused("RIG_NOT_ALLOWED"));
    expect(key.commandsAsked).toEqual(new Set(["getInfo"]));
  });

  test("is refused inside of a lease as well, by whichever name the command calls its key", async () => {
    await using key = await KeyOnSocket.plugIn();
    const { ask, variables, device } = await rigOf(key, []);
    variables["PASSKEY_HARNESS_NEW_PIN"] = PIN;
    variables["PASSKEY_HARNESS_RIG_LABEL"] = "blue";
    expect(await ask("pin", "set", "--device", device)).toMatchObject(refused("RIG_NOT_ALLOWED"));
  });

  test("may be done to the same key where neither label nor lease say that it is of a rig", async () => {
    await using key = await KeyOnSocket.plugIn();
    const { ask, variables, device } = await rigOf(key, []);
    variables["PASSKEY_HARNESS_NEW_PIN"] = PIN;
    expect(await ask("pin", "set", "--device", device)).toMatchObject({ ok: true, done: "set" });
  });

  test("leaves a dry run and what changes nothing", async () => {
    await using key = await KeyOnSocket.plugIn();
    const { blue } = await rigOf(key, []);
    expect(await blue("reset", "--dry-run")).toMatchObject({ ok: true, dryRun: true });
    expect(await blue("config", "show")).toMatchObject({ ok: true });
    expect(await blue("pin", "retries")).toMatchObject({ ok: true });
  });
});

describe("what the rig did not put on the key", () => {
  test("a PIN of someone else is neither changed nor reset away, and the rig's own is", async () => {
    await using key = await KeyOnSocket.plugIn();
    const { ask, blue, variables, device } = await rigOf(key, ALL);
    variables["PASSKEY_HARNESS_NEW_PIN"] = PIN;
    await ask("pin", "set", "--device", device);
    Object.assign(variables, { PASSKEY_HARNESS_PIN: PIN, PASSKEY_HARNESS_NEW_PIN: OTHER_PIN });
    const pinHash = key.store.memory.pinHash;
    expect(await blue("pin", "change")).toMatchObject(refused("RIG_FOREIGN_PIN"));
    expect(await blue("reset", "--yes", "--now")).toMatchObject(refused("RIG_FOREIGN_PIN"));
    expect(await blue("config", "toggle-always-uv")).toMatchObject(refused("RIG_FOREIGN_PIN"));
    expect(key.store.memory.pinHash).toEqual(pinHash);

    expect(
      await ask("rig", "check", "--adopt", "blue", "--rig", variables["PASSKEY_HARNESS_RIG"] ?? ""),
    ).toMatchObject({ ok: true });
    expect(await blue("reset", "--yes", "--now")).toMatchObject({ ok: true, done: "reset" });
    expect(await blue("pin", "set")).toMatchObject({ ok: true });
    Object.assign(variables, { PASSKEY_HARNESS_PIN: OTHER_PIN, PASSKEY_HARNESS_NEW_PIN: PIN });
    expect(await blue("pin", "change")).toMatchObject({ ok: true });
  });

  test("a credential that someone else created is not deleted, and one that the rig created is", async () => {
    await using key = await KeyOnSocket.plugIn();
    const { ask, blue, variables, device, rig } = await rigOf(key, ALL);
    variables["PASSKEY_HARNESS_NEW_PIN"] = PIN;
    await blue("pin", "set");
    variables["PASSKEY_HARNESS_PIN"] = PIN;
    const mine = (await blue("register", "--rp-id", "mine.example")) as Document & {
      response: { id: string };
    };
    const theirs = (await ask("register", "--rp-id", "theirs.example", "--device", device)) as typeof mine;
    expect(mine).toMatchObject({ ok: true });
    expect(theirs).toMatchObject({ ok: true });
    expect(await blue("credentials", "update", theirs.response.id, "--name", "x")).toMatchObject(
      refused("RIG_FOREIGN_CREDENTIALS"),
    );
    expect(await blue("credentials", "delete", theirs.response.id)).toMatchObject(
      refused("RIG_FOREIGN_CREDENTIALS"),
    );
    expect(await blue("credentials", "delete", mine.response.id)).toMatchObject({ ok: true });
    expect(await blue("credentials", "list")).toMatchObject({ credentials: [{ id: theirs.response.id }] });
    expect(rig.ledger.get("blue")).toMatchObject({ pin: true, credentials: [expect.any(String)] });
  });

  test("what cannot be seen is not reset away before a user adopts the key", async () => {
    await using key = await KeyOnSocket.plugIn();
    const { blue } = await rigOf(key, ALL);
    expect(await blue("reset", "--yes", "--now")).toMatchObject(refused("RIG_CREDENTIALS_UNSEEN"));
    expect(await blue("conformance", "--only", "get-info.*", "--allow", "reset")).toMatchObject(
      refused("RIG_CREDENTIALS_UNSEEN"),
    );
  });
});

describe("jobs", () => {
  test("a key that another job has is not changed, and one that is free is leased meanwhile", async () => {
    await using key = await KeyOnSocket.plugIn();
    const { blue, variables, rig } = await rigOf(key, ALL);
    variables["PASSKEY_HARNESS_NEW_PIN"] = PIN;
    const lease = await takeLease(rig, { label: "blue", job: "nightly" });
    expect(await blue("pin", "set")).toMatchObject(refused("RIG_LEASE_TIMEOUT"));
    variables["PASSKEY_HARNESS_RIG_LABEL"] = "blue";
    expect(await blue("pin", "set")).toMatchObject({ ok: true });
    await lease[Symbol.asyncDispose]();
    expect((await rig.leases.look()).held).toEqual([]);
  });

  test("no file of the rig has the PIN or the ID of a credential", async () => {
    await using key = await KeyOnSocket.plugIn();
    const { blue, variables, rig } = await rigOf(key, ALL);
    variables["PASSKEY_HARNESS_NEW_PIN"] = PIN;
    await blue("pin", "set");
    variables["PASSKEY_HARNESS_PIN"] = PIN;
    const { response } = (await blue("register")) as Document & { response: { id: string } };
    const { path } = rig.folder;
    expect(existsSync(path)).toBe(true);
    const text = readdirSync(path)
      .map((name) => readFileSync(join(path, name), "utf8"))
      .join("\n");
    expect(text).toContain('"pin"');
    expect(text).not.toContain(PIN);
    expect(text).not.toContain(response.id);
  });
});

test("conformance notes what it sets and deletes", async () => {
  await using key = await KeyOnSocket.plugIn({ profile: "generic" });
  const { blue, rig } = await rigOf(key, ALL);
  const only = ["--only", "pin.*"];
  const { exitCode } = await blue("conformance", ...only, "--allow", "pin", "--finger", "auto");
  expect([0, 1]).toContain(exitCode);
  expect(rig.ledger.get("blue").pin).toBe(key.store.memory.pinHash !== undefined);
  expect((await rig.leases.look()).held).toEqual([]);
});
