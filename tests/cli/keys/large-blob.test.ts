import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../helpers/run-cli.js";
import { ManagedKey } from "./managed-key.js";

let folder = "";
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "large-blob-"))));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const LETTER = "a letter that only ada's passkey opens";

/** Registers a passkey, with or without room for a large blob, and returns its id. */
async function registered(key: ManagedKey, name: string, largeBlob = true): Promise<string> {
  const options = {
    rp: { id: "example.com", name: "Example" },
    user: { id: Buffer.from(name).toString("base64url"), name, displayName: name },
    challenge: "Y2hhbGxlbmdl",
    pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    ...(largeBlob && { extensions: { largeBlob: { support: "required" } } }),
  };
  writeFileSync(at(`${name}.json`), JSON.stringify(options));
  const { response } = await key.succeed("register", "--options", at(`${name}.json`));
  return (response as { readonly id: string }).id;
}

async function keyWithAda(): Promise<{ key: ManagedKey; ada: string } & AsyncDisposable> {
  const key = await ManagedKey.withPin();
  const ada = await registered(key, "ada");
  writeFileSync(at("letter"), LETTER);
  return { key, ada, [Symbol.asyncDispose]: () => key[Symbol.asyncDispose]() };
}

const RP = ["--rp", "example.com"];

describe("large-blob", () => {
  test("is written, listed, read and deleted", async () => {
    await using opened = await keyWithAda();
    const { key, ada } = opened;
    expect(await key.ask("large-blob", "get", ...RP)).toMatchObject({
      exitCode: 2,
      error: { message: "this passkey of example.com keeps no data" },
    });
    const written = { rpId: "example.com", id: ada, bytes: LETTER.length };
    expect(await key.succeed("large-blob", "set", at("letter"), ...RP, "--dry-run")).toEqual({
      ok: true,
      dryRun: true,
      ...written,
    });
    expect((await key.succeed("blobs"))["entries"]).toEqual([]);
    expect(await key.succeed("large-blob", "set", at("letter"), ...RP)).toEqual({
      ok: true,
      done: "set",
      ...written,
    });
    expect(await key.succeed("large-blob", "list")).toMatchObject({
      credentials: [{ id: ada, name: "ada", blobBytes: LETTER.length }],
    });
    const { data } = await key.succeed("large-blob", "get", ...RP);
    expect(Buffer.from(String(data), "base64url").toString()).toBe(LETTER);
    await key.succeed("large-blob", "get", ...RP, "--id", ada, "--out", at("copy"));
    expect(readFileSync(at("copy"), "utf8")).toBe(LETTER);
    expect(await key.succeed("large-blob", "set", at("letter"), ...RP, "--dry-run")).toMatchObject({
      replacedBytes: LETTER.length,
    });

    expect(await key.succeed("large-blob", "delete", ...RP, "--dry-run")).toMatchObject({
      wouldDelete: { bytes: LETTER.length },
    });
    expect((await key.succeed("blobs"))["entries"]).toHaveLength(1);
    await key.succeed("large-blob", "delete", ...RP);
    expect(await key.succeed("blobs")).toMatchObject({ entries: [], bytes: 17, isIntact: true });
  });

  test("is read without the PIN, and not written", async () => {
    await using opened = await keyWithAda();
    const { key } = opened;
    await key.succeed("large-blob", "set", at("letter"), ...RP);
    key.variables = {};
    expect(await key.succeed("large-blob", "get", ...RP)).toMatchObject({ bytes: LETTER.length });
    expect(await key.ask("large-blob", "set", at("letter"), ...RP)).toMatchObject({
      exitCode: 2,
      error: { message: "the key wants its PIN" },
    });
  });

  test("of one among several accounts wants its id; one without largeBlob can keep none", async () => {
    await using opened = await keyWithAda();
    const { key, ada } = opened;
    const bob = await registered(key, "bob", false);
    expect(await key.ask("large-blob", "get", ...RP)).toMatchObject({
      exitCode: 2,
      error: {
        message: "the key has 2 passkeys for example.com",
        hint: expect.stringContaining("--id") as string,
      },
    });
    expect(await key.ask("large-blob", "set", at("letter"), ...RP, "--id", bob)).toMatchObject({
      error: { message: "this passkey of example.com can keep no data" },
    });
    expect(await key.succeed("large-blob", "set", at("letter"), ...RP, "--id", ada)).toMatchObject({
      id: ada,
    });
  });

  test("is asked of the key, whose refusal is told", async () => {
    await using key = await ManagedKey.withPin();
    expect(await key.ask("large-blob", "get", "--rp", "example.net")).toMatchObject({
      exitCode: 1,
      error: { code: "CTAP_NO_CREDENTIALS" },
    });
  });

  test("a key without large blobs names the option that is missing", async () => {
    const { exitCode, stdout } = await runCli(["blobs", "--profile", "ctap20", "--json"]);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: "FEATURE_UNSUPPORTED",
        message: "this key cannot keep large blobs: its getInfo has no option largeBlobs",
      },
    });
  });
});

describe("blobs collect", () => {
  test("deletes what belonged to a passkey that is gone, and nothing else", async () => {
    await using opened = await keyWithAda();
    const { key, ada } = opened;
    const bob = await registered(key, "bob");
    for (const id of [ada, bob]) await key.succeed("large-blob", "set", at("letter"), ...RP, "--id", id);
    await key.succeed("credentials", "delete", ada);
    expect(await key.succeed("blobs", "collect", "--dry-run")).toMatchObject({
      dryRun: true,
      wouldDelete: [{ dataBytes: LETTER.length }],
      kept: 1,
    });
    expect((await key.succeed("blobs"))["entries"]).toHaveLength(2);
    expect(await key.succeed("blobs", "collect")).toMatchObject({ deleted: 1, kept: 1 });
    expect(await key.succeed("blobs", "collect")).toMatchObject({ deleted: 0, kept: 1 });
    expect(await key.succeed("large-blob", "get", ...RP)).toMatchObject({ id: bob, bytes: LETTER.length });
  });

  test("tells what the key holds in words", async () => {
    await using opened = await keyWithAda();
    const { key } = opened;
    await key.succeed("large-blob", "set", at("letter"), ...RP);
    const { stdout } = await key.run("blobs");
    expect(stdout).toMatch(/^\d+ bytes of \d+; entries: 1\n {2}\d+ bytes, 38 of data\n$/);
  });
});
