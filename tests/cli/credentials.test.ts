import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decodeCbor } from "../../src/cbor/decode.js";
import { encodeCbor } from "../../src/cbor/encode.js";
import type { CborMap } from "../../src/cbor/value.js";
import { concat, utf8 } from "../../src/core/bytes.js";
import { CtapCommand } from "../../src/ctap/command.js";
import type { CtapHandler } from "../../src/ctap/device.js";
import { systemEnv } from "../../src/env/system-env.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { exposeUnix } from "../../src/sim/expose/unix.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { simulatedUser } from "../../src/sim/user.js";
import { encodeStore, parseStore } from "../../src/sim/authenticator/store/store-file.js";
import { runCli } from "../helpers/run-cli.js";
import { BenchKey, PIN } from "../sim/authenticator/bench-key.js";

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "passkey-harness-credentials-"));
  const store = new CredentialStore();
  const bench = new BenchKey({ store });
  for (const name of ["ada", "bob"]) {
    await bench.made({ user: { id: utf8(name), name }, options: { rk: true } });
  }
  await bench.setPin();
  writeFileSync(at("key.json"), encodeStore(store.snapshot()));
  writeFileSync(at("pin"), `${PIN}\n`);
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const run = (...args: readonly string[]) =>
  runCli(["credentials", ...args, "--store", at("key.json"), "--json"]);
const withPin = (...args: readonly string[]) => run(...args, "--pin-file", at("pin"));

interface Listed {
  readonly existing: number;
  readonly credentials: readonly { readonly id: string; readonly name: string; readonly rpId: string }[];
}

describe("credentials", () => {
  test("lists what is on the key, deletes one, and keeps that in the store", async () => {
    const listed = await withPin("list");
    expect(listed.exitCode).toBe(0);
    const { credentials } = JSON.parse(listed.stdout) as Listed;
    expect(credentials.map(({ name, rpId }) => [name, rpId])).toEqual([
      ["bob", "example.com"],
      ["ada", "example.com"],
    ]);

    const deleted = await withPin("delete", credentials[0]?.id ?? "");
    expect(JSON.parse(deleted.stdout)).toEqual({ ok: true, deleted: credentials[0]?.id });
    const left = JSON.parse((await withPin("list")).stdout) as Listed;
    expect([left.existing, left.credentials.map(({ name }) => name)]).toEqual([1, ["ada"]]);
  });

  test.each([
    ["a word nobody knows", ["rename"]],
    ["delete without an id", ["delete"]],
    ["an id that is none", ["delete", "not base64url!"]],
  ])("%s is a mistake of usage, and touches nothing", async (_, args) => {
    const before = readFileSync(at("key.json"), "utf8");
    const { exitCode } = await withPin(...args);
    expect(exitCode).toBe(2);
    expect(readFileSync(at("key.json"), "utf8")).toBe(before);
  });

  test("without a PIN says how to give one", async () => {
    const { exitCode, stdout, stderr } = await run("list");
    expect(exitCode).toBe(2);
    expect(stdout + stderr).toContain("--pin-file");
  });

  test("a credential that is not there is the key's refusal", async () => {
    const { exitCode, stdout, stderr } = await withPin("delete", "AAAA");
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toContain("CTAP_NO_CREDENTIALS");
    expect(stdout + stderr).not.toContain(PIN);
  });
});

test("a wrong PIN from a file is called wrong, with the attempts left", async () => {
  writeFileSync(at("wrong"), `not-${PIN}\n`);
  const { exitCode, stdout } = await run("list", "--pin-file", at("wrong"));
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    error: {
      code: "PIN_WRONG",
      message: "the PIN is wrong, and no other was given; attempts left: 7",
      hint: expect.stringContaining("before the next try") as string,
    },
  });
  expect(stdout).not.toContain(PIN);
});

describe("passkeys that cannot be read", () => {
  const CREDENTIALS = CtapCommand.credentialManagement;
  const NEXT_CREDENTIAL = 0x05;

  /** A key on a socket whose answers to credentialManagement are changed on their way. */
  async function listedThrough(
    change: (subCommand: number, pass: () => Promise<Uint8Array>) => Promise<Uint8Array>,
    ...args: readonly string[]
  ) {
    const store = new CredentialStore(parseStore(JSON.parse(readFileSync(at("key.json"), "utf8"))));
    const env = systemEnv();
    const key = new SimAuthenticator(env, {
      profile: profileNamed("generic"),
      store,
      user: simulatedUser(env, { touchMs: 0 }),
    });
    const handle: CtapHandler = (request, options) => {
      const pass = () => key.handle(request, options);
      if (request[0] !== CREDENTIALS) return pass();
      return change((decodeCbor(request.subarray(1)) as CborMap).get(1) as number, pass);
    };
    await using _exposed = await exposeUnix(env, { cbor: handle }, at("key.sock"));
    const device = ["--device", `unix:${at("key.sock")}`, "--pin-file", at("pin")];
    return await runCli(["credentials", "list", ...device, ...args]);
  }

  test("one whose key is of an unknown kind is listed, with its id and what is known of it", async () => {
    const { exitCode, stdout, stderr } = await listedThrough(async (subCommand, pass) => {
      const answer = await pass();
      if (subCommand !== NEXT_CREDENTIAL) return answer;
      const members = new Map(decodeCbor(answer.subarray(1), { depthMax: 8 }) as CborMap);
      members.set(
        0x08,
        new Map<number, number>([
          [1, 99],
          [3, -70_000],
        ]),
      );
      return concat(Uint8Array.of(0), encodeCbor(members));
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(
      /^2 passkeys, room for \d+ more\n {2}\S+ {2}example\.com {2}bob\n {2}\S+ {2}example\.com {2}ada, key of an unknown kind\n$/,
    );
  });

  test("those after a refusal are counted, and the others listed", async () => {
    const refusing = async (subCommand: number, pass: () => Promise<Uint8Array>) =>
      subCommand === NEXT_CREDENTIAL ? Uint8Array.of(0x7f) : pass();
    const { exitCode, stdout, stderr } = await listedThrough(refusing);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(
      /^2 passkeys, .*\n {2}\S+ {2}example\.com {2}bob\n {2}not listed: 1 of the passkeys of example\.com \(CTAP_OTHER\)\n$/,
    );
    const { stdout: json } = await listedThrough(refusing, "--json");
    expect(JSON.parse(json)).toMatchObject({
      existing: 2,
      credentials: [{ name: "bob" }],
      missing: [{ what: "passkeys of example.com", count: 1, why: "CTAP_OTHER" }],
    });
  });
});
