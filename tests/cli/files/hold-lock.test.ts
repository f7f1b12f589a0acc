/** One process at a time keeps a file; a lock that a killed process left does not last. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { holdLock } from "../../../src/cli/files/hold-lock.js";

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hold-lock-"));
  file = join(folder, "store.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

const AT_ONCE = { patienceMs: 0 };
const LOCKED = { code: "FILE_LOCKED", message: `is in use by another process` };

test("a second process waits for the first", async () => {
  const first = await holdLock(file);
  const second = holdLock(file);
  await first[Symbol.asyncDispose]();
  expect((await second).held).toBe(true);
  await (await second)[Symbol.asyncDispose]();
  expect(readdirSync(folder)).toEqual([]);
});

test("a wait in vain is an error of its own, through a link too", async () => {
  symlinkSync("store.json", join(folder, "link.json"));
  await using _first = await holdLock(file);
  for (const path of [file, join(folder, "link.json")]) {
    await expect(holdLock(path, AT_ONCE)).rejects.toMatchObject({
      ...LOCKED,
      message: expect.stringContaining(LOCKED.message) as string,
      hint: expect.stringContaining("end the other process") as string,
    });
  }
});

test("a killed process's lock and its unfinished files are cleared away; other files are not", async () => {
  mkdirSync(`${file}.lock`);
  utimesSync(`${file}.lock`, 1, 1);
  for (const name of ["store.json.77-0.new", "store.json.new", "other.json.77-0.new"]) {
    writeFileSync(join(folder, name), "half");
  }
  await using lock = await holdLock(file, AT_ONCE);
  expect(lock.held).toBe(true);
  expect(existsSync(join(folder, "store.json.77-0.new"))).toBe(false);
  expect(readdirSync(folder).sort()).toEqual(["other.json.77-0.new", "store.json.lock", "store.json.new"]);
});

test("what no wait can mend is not waited for: a folder that is missing", { timeout: 5_000 }, async () => {
  await expect(holdLock(join(folder, "none/store.json"))).rejects.toMatchObject({
    code: "ENVIRONMENT",
    message: expect.stringContaining("ENOENT") as string,
  });
  // A file in the folder's place: the operating system refuses the lock itself.
  writeFileSync(join(folder, "file"), "");
  await expect(holdLock(join(folder, "file/store.json"))).rejects.toMatchObject({ code: "ENVIRONMENT" });
});
