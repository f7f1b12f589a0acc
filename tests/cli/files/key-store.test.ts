/** What a simulated key promised is in its store file; what could not be written was not promised. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { answerAfterSaving } from "../../../src/cli/device/answer-after-saving.js";
import { UsageError } from "../../../src/cli/command.js";
import { cannotWrite } from "../../../src/cli/files/file-error.js";
import { type KeyStore, openKeyStore, storeInMemory } from "../../../src/cli/files/key-store.js";
import type { CtapHandler } from "../../../src/ctap/device.js";
import type { NewCredentialSource } from "../../../src/sim/authenticator/store/credential-store.js";
import { runCli, terminalInto } from "../../helpers/run-cli.js";

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "key-store-"));
  file = join(folder, "s.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

const credential = (id: number): NewCredentialSource => ({
  id: Uint8Array.of(id),
  rpId: "example.com",
  userId: Uint8Array.of(id),
  alg: -7,
  secretKey: Uint8Array.of(1, 2, 3),
  discoverable: true,
  createdAtEpochMs: 0,
  extensions: new Map(),
});

describe("a store file", () => {
  test("is made by the first change, and written by changes only", async () => {
    await using kept = await openKeyStore(file);
    kept.save();
    expect(existsSync(file)).toBe(false);
    kept.store.add(credential(1));
    kept.save();
    const { ino } = statSync(file);
    kept.save();
    expect(statSync(file).ino).toBe(ino);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("keeps its own formatting while nothing changes", async () => {
    writeFileSync(file, '{"memory":{},"credentials":[],"schema":1}');
    await using kept = await openKeyStore(file);
    kept.save();
    expect(readFileSync(file, "utf8")).toBe('{"memory":{},"credentials":[],"schema":1}');
  });

  test("belongs to one process at a time", async () => {
    await using _kept = await openKeyStore(file);
    await expect(openKeyStore(file, { patienceMs: 0 })).rejects.toMatchObject({ code: "FILE_LOCKED" });
  });

  test("that another program wrote in spite of the lock is left to it, and the change undone", async () => {
    await using kept = await openKeyStore(file);
    kept.store.add(credential(1));
    kept.save();
    writeFileSync(file, "theirs");
    kept.store.add(credential(2));
    expect(() => kept.save()).toThrow(expect.objectContaining({ code: "FILE_CHANGED" }));
    kept.revert();
    expect(kept.store.credentials.map(({ id }) => [...id])).toEqual([[1]]);
    expect(readFileSync(file, "utf8")).toBe("theirs");
  });

  test.each(['{"schema":2}', "null", "", "{"])(
    "with %j in it is refused, left alone and let go of",
    async (text) => {
      writeFileSync(file, text);
      for (const command of ["info", "login", "register"]) {
        expect((await runCli([command, "--store", file])).exitCode).toBe(2);
      }
      expect(readFileSync(file, "utf8")).toBe(text);
    },
  );

  test("info and a login whose counter stands still write nothing", async () => {
    const profile = join(folder, "zero.json");
    writeFileSync(profile, '{"extends":"generic","signCounter":"zero"}');
    const args = ["--store", file, "--profile", profile];
    expect((await runCli(["info", ...args])).exitCode).toBe(0);
    expect(existsSync(file)).toBe(false);
    expect((await runCli(["register", ...args])).exitCode).toBe(0);
    const before = statSync(file, { bigint: true });
    for (const command of ["info", "login"]) {
      expect(await runCli([command, ...args])).toMatchObject({ exitCode: 0, stderr: "" });
    }
    expect(statSync(file, { bigint: true }).ino).toBe(before.ino);
  });
});

describe("a command whose result cannot be written", () => {
  /** A key that makes a credential whatever it is asked. */
  const making =
    (kept: KeyStore): CtapHandler =>
    async () => {
      kept.store.add(credential(kept.store.credentials.length));
      return Uint8Array.of(0);
    };
  const failing = (code: string): KeyStore => {
    const kept = storeInMemory();
    const saved = kept.store.snapshot();
    return {
      ...kept,
      save() {
        throw cannotWrite(file, Object.assign(new Error("injected"), { code }));
      },
      revert: () => kept.store.restore(saved),
    };
  };

  test.each([
    ["ENOSPC", 0x01, 0x28],
    ["EDQUOT", 0x01, 0x28],
    ["ENOSPC", 0x02, 0x7f],
    ["EROFS", 0x01, 0x7f],
    ["EIO", 0x06, 0x7f],
  ])(
    "%s under command %i is answered with status %i, told at once, and undone",
    async (code, command, status) => {
      const kept = failing(code);
      const output = { stdout: "", stderr: "" };
      const firmware = answerAfterSaving({ cbor: making(kept) }, kept, terminalInto(output));
      expect(await firmware.cbor?.(Uint8Array.of(command))).toEqual(Uint8Array.of(status));
      expect(output.stderr).toBe(
        `ENVIRONMENT: ${file} cannot be written (${code})\n  the command was undone\n`,
      );
      expect(kept.store.credentials).toEqual([]);
    },
  );

  test("U2F is answered with a status word", async () => {
    const kept = failing("ENOSPC");
    const firmware = answerAfterSaving({ msg: making(kept) }, kept, terminalInto({ stdout: "", stderr: "" }));
    expect(await firmware.msg?.(Uint8Array.of(0, 1))).toEqual(Uint8Array.of(0x6f, 0x00));
  });

  test("a key that breaks off half way, such as for want of entropy, forgets the half", async () => {
    await using kept = await openKeyStore(file);
    const output = { stdout: "", stderr: "" };
    const cbor: CtapHandler = async () => {
      kept.store.add(credential(1));
      throw Object.assign(new Error("SECRET"), { code: "ERR_ENTROPY" });
    };
    const firmware = answerAfterSaving({ cbor }, kept, terminalInto(output));
    await expect(firmware.cbor?.(Uint8Array.of(1))).rejects.toThrow();
    expect(output.stderr).toBe("the simulated key broke off (ERR_ENTROPY); the command was undone\n");
    expect(kept.store.credentials).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });

  test("commands take turns, so that one that fails undoes nothing of another", async () => {
    const kept = failingOnce();
    const firmware = answerAfterSaving(
      { cbor: making(kept) },
      kept,
      terminalInto({ stdout: "", stderr: "" }),
    );
    const answers = await Promise.all(
      [1, 1, 1].map(async (command) => firmware.cbor?.(Uint8Array.of(command))),
    );
    expect(answers.map((answer) => answer?.[0])).toEqual([0x7f, 0, 0]);
    expect(kept.store.credentials).toHaveLength(2);
  });

  function failingOnce(): KeyStore {
    const kept = storeInMemory();
    let saved = kept.store.snapshot();
    let fails = true;
    return {
      ...kept,
      save() {
        if (fails) {
          fails = false;
          throw new UsageError("ENVIRONMENT", "injected");
        }
        saved = kept.store.snapshot();
      },
      revert: () => kept.store.restore(saved),
    };
  }
});
