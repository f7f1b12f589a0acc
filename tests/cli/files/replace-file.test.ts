/** A file that is written is there as it was or as it is to be, whatever fails, and nothing else is touched. */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  checkWritable,
  type FileCalls,
  replaceFile,
  versionOf,
} from "../../../src/cli/files/replace-file.js";

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "replace-file-"));
  file = join(folder, "store.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

const REAL: FileCalls = {
  open: openSync,
  write: (descriptor, content) => writeFileSync(descriptor, content),
  sync: fsyncSync,
  close: closeSync,
  rename: renameSync,
};
const modeOf = (path: string) => statSync(path).mode & 0o777;
const failing = (code: string) => () => {
  throw Object.assign(new Error("injected"), { code });
};

describe("the order of a write", () => {
  test("a new file is written and synced, renamed, and the folder synced", () => {
    const made: string[] = [];
    const names = new Map<number, string>();
    const calls: FileCalls = {
      open(path, flags, mode) {
        const descriptor = openSync(path, flags, mode);
        names.set(descriptor, path === folder ? "folder" : "new");
        made.push(`open ${names.get(descriptor)}`);
        return descriptor;
      },
      write(descriptor, content) {
        made.push("write");
        writeFileSync(descriptor, content);
      },
      sync(descriptor) {
        made.push(`sync ${names.get(descriptor)}`);
        fsyncSync(descriptor);
      },
      close: closeSync,
      rename(from, to) {
        made.push(`rename to ${basename(to)}`);
        renameSync(from, to);
      },
    };
    replaceFile(file, "text", { calls });
    expect(made).toEqual([
      "open new",
      "write",
      "sync new",
      "rename to store.json",
      "open folder",
      "sync folder",
    ]);
  });
});

describe("a failure leaves the old file, and nothing beside it", () => {
  test.each<[keyof FileCalls, string]>([
    ["open", "EACCES"],
    ["write", "ENOSPC"],
    ["write", "EDQUOT"],
    ["sync", "EIO"],
    ["rename", "EROFS"],
  ])("%s: %s", (call, code) => {
    writeFileSync(file, "old");
    expect(() => replaceFile(file, "new", { calls: { ...REAL, [call]: failing(code) } })).toThrow(
      expect.objectContaining({ code: "ENVIRONMENT", message: `${file} cannot be written (${code})` }),
    );
    expect(readFileSync(file, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["store.json"]);
  });

  test("a write that stops half way", () => {
    writeFileSync(file, "old");
    const write: FileCalls["write"] = (descriptor, content) => {
      writeFileSync(descriptor, content.slice(0, 2));
      throw Object.assign(new Error("injected"), { code: "ENOSPC" });
    };
    expect(() => replaceFile(file, "new", { calls: { ...REAL, write } })).toThrow(/ENOSPC/);
    expect(readFileSync(file, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["store.json"]);
  });
});

describe("modes and links", () => {
  test("a secret is the owner's alone, whatever was there before", () => {
    writeFileSync(file, "old");
    chmodSync(file, 0o644);
    replaceFile(file, "secret", { secret: true });
    expect(modeOf(file)).toBe(0o600);
  });

  test("what the owner closed to others stays closed", () => {
    writeFileSync(file, "old");
    chmodSync(file, 0o640);
    replaceFile(file, "new");
    expect(modeOf(file)).toBe(0o640);
  });

  test("a file or link that lies in the way is neither opened nor followed", () => {
    const victim = join(folder, "victim");
    writeFileSync(victim, "untouched");
    symlinkSync(victim, `${file}.${process.pid}-0.new`);
    writeFileSync(`${file}.${process.pid}-1.new`, "left behind", { mode: 0o644 });
    replaceFile(file, "secret", { secret: true });
    expect(readFileSync(victim, "utf8")).toBe("untouched");
    expect(lstatSync(file).isSymbolicLink()).toBe(false);
    expect(modeOf(file)).toBe(0o600);
  });

  test("a link stays a link, and its target is what is written", () => {
    mkdirSync(join(folder, "real"));
    writeFileSync(join(folder, "real/k.json"), "old");
    symlinkSync("real/k.json", file);
    replaceFile(file, "new");
    expect(readlinkSync(file)).toBe("real/k.json");
    expect(readFileSync(join(folder, "real/k.json"), "utf8")).toBe("new");
  });

  test("a link to what does not exist yet makes it", () => {
    symlinkSync("later.json", file);
    replaceFile(file, "new");
    expect(readFileSync(join(folder, "later.json"), "utf8")).toBe("new");
  });

  test("a device is written to, not replaced", () => {
    replaceFile("/dev/null", "gone");
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });
});

describe("before anything starts", () => {
  test("a folder that is missing, and one in the file's place, are named", () => {
    expect(() => checkWritable(join(folder, "none/t.jsonl"))).toThrow(/cannot be written \(ENOENT\)/);
    expect(() => checkWritable(folder)).toThrow(/cannot be written \(EISDIR\)/);
    checkWritable(file);
    checkWritable("/dev/null");
  });
});

test("a file that another process wrote meanwhile is left to it", () => {
  const version = replaceFile(file, "ours");
  writeFileSync(file, "theirs");
  expect(() => replaceFile(file, "ours again", { onlyOver: version })).toThrow(
    expect.objectContaining({ code: "FILE_CHANGED" }),
  );
  expect(readFileSync(file, "utf8")).toBe("theirs");
  expect(replaceFile(file, "new", { onlyOver: versionOf(file) })).toBe(versionOf(file));
});
