import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../helpers/run-cli.js";
import { spawnCli, startCli } from "../helpers/spawn-cli.js";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "passkey-harness-cli-"))));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const documentOf = (stdout: string) => JSON.parse(stdout) as Record<string, unknown>;

describe("the demo", () => {
  test("tells the slow registration and names the timer", async () => {
    const { exitCode, stdout, stderr } = await runCli(["demo"]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    const order = [
      /60\.000 {2}page +shows: "Your passkey could not be created/,
      /95\.000 {2}user +answers: approved/,
      /95\.000 {2}key +credential [0-9a-f]{8} created/,
      /98\.000 {2}site +registration\/finish answered 200/,
      /mail "Your passkey was created" delivered/,
      /What the user saw/,
      /decided by page\.guard of the page/,
    ].map((line) => stdout.search(line));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });
});

describe("--json", () => {
  test.each([
    [["demo"]],
    [["run", "--list"]],
    [["run", "late-delivery"]],
    [["list"]],
    [["info"]],
    [["register"]],
    [["login"]],
    [["doctor"]],
  ])("%j prints one document and nothing else", async (args) => {
    // Native packages of the doctor go on polling in the process that loaded them.
    const { stdout, stderr } = await (args[0] === "doctor" ? spawnCli : runCli)([...args, "--json"]);
    expect(stderr).toBe("");
    expect(documentOf(stdout)).toHaveProperty("ok");
  });

  test("an error is a document too, with its code, hint and aftermath", async () => {
    const { exitCode, stdout } = await runCli(["run", "no-such-story", "--json"]);
    expect(exitCode).toBe(2);
    expect(documentOf(stdout)).toMatchObject({
      ok: false,
      error: { code: "USAGE", aftermath: "none", hint: expect.stringContaining("--list") as string },
    });
  });
});

describe("exit codes", () => {
  test.each([
    [0, ["--help"]],
    [0, ["register", "--help"]],
    [1, ["register", "--touch-ms", "60000"]],
    [2, ["frobnicate"]],
    [2, ["run"]],
    [2, ["register", "--no-such-option"]],
    [2, ["register", "--touch-ms", "soon"]],
    [2, ["register", "--device", "carrier-pigeon"]],
    [2, ["register", "--profile", "no-such-profile"]],
    [2, ["register", "--profile", "./no-such-file.json"]],
    [2, ["run", "late-delivery", "--set", "page.gardMs=1"]],
    [2, ["key"]],
    [2, ["key", "--udp", "0.0.0.0:0"]],
    [2, ["key", "--usbip", "0.0.0.0:0"]],
  ])("%i for %j", async (expected, args) => {
    const { exitCode, stderr } = await runCli(args);
    expect([exitCode, stderr.includes("    at ")]).toEqual([expected, false]);
  });

  test.each([
    [0, ["--help"], /^usage: passkey-harness/, /^$/],
    [
      1,
      ["register", "--touch-ms", "60000"],
      /TIMER key\.up fired/,
      /^the simulated key gives up after 30000 ms, before the touch/,
    ],
    [2, ["frobnicate"], /^$/, /^USAGE: there is no command "frobnicate"\n {2}hint: /],
  ])("a process ends with %i for %j", async (expected, args, said, warned) => {
    const { exitCode, stdout, stderr } = await spawnCli(args);
    expect(exitCode).toBe(expected);
    expect(stdout).toMatch(said);
    expect(stderr).toMatch(warned);
  });
});

describe("a ceremony that fails", () => {
  test("is told to its end: whose timer, what the page saw, what may remain", async () => {
    const { stdout } = await runCli(["register", "--touch-ms", "60000", "--client", "gecko", "--seed", "s9"]);
    expect(stdout).toMatch(/TIMER client\.ceremony fired after 30\.000 s/);
    expect(stdout).toMatch(/a page would have seen NotAllowedError/);
    expect(stdout).toMatch(/may still have acted/);
    expect(stdout).toMatch(/seed s9/);
  });
});

describe("the same seed", () => {
  test("gives byte-identical traces, another seed does not", async () => {
    const traces = await Promise.all(
      ["a", "a", "b"].map(async (seed, index) => {
        const file = at(`trace-${index}.jsonl`);
        await spawnCli(["run", "late-delivery", "--seed", seed, "--trace", file]);
        return readFileSync(file, "utf8");
      }),
    );
    expect(traces[0]).toBe(traces[1]);
    expect(traces[0]).not.toBe(traces[2]);
  });
});

describe("files", () => {
  test("a passkey registered in one run signs in in the next", async () => {
    const files = ["--store", at("key.json"), "--credentials", at("site.json")];
    const first = await runCli(["register", ...files, "--resident-key", "required"]);
    expect(first.exitCode, first.stderr).toBe(0);
    const second = await runCli(["login", ...files, "--seed", "2"]);
    expect(second.stdout).toMatch(/verified: user present, counter 2/);
    expect(statSync(at("key.json")).mode & 0o077, "a store holds private keys").toBe(0);
  });

  test("a profile learned from one device makes another that says the same", async () => {
    const seed = ["--seed", "1", "--json"];
    const first = await runCli(["info", "--profile", "token2", "--as-profile", at("token2.json"), ...seed]);
    expect(first.exitCode, first.stdout).toBe(0);
    const second = await runCli(["info", "--profile", at("token2.json"), ...seed]);
    expect(documentOf(second.stdout)["info"]).toEqual(documentOf(first.stdout)["info"]);
    expect(documentOf(first.stdout)["profile"]).toEqual({ file: at("token2.json"), notes: [] });
  });

  test("a credentials file that is something else is refused, not overwritten", async () => {
    writeFileSync(at("other.json"), '{"mine": true}');
    const { exitCode } = await runCli(["register", "--credentials", at("other.json")]);
    expect(exitCode).toBe(2);
    expect(readFileSync(at("other.json"), "utf8")).toBe('{"mine": true}');
  });
});

describe("key", () => {
  test("serves other programs over UDP, survives a power cycle, and is unplugged by SIGTERM", async () => {
    const child = startCli(["key", "--udp", "127.0.0.1:0", "--touch-ms", "10", "--json"]);
    const closed = once(child, "close");
    const out: string[] = [];
    child.stdout.on("data", (chunk) => out.push(String(chunk)));
    const [ready] = (await once(child.stderr, "data")) as [Buffer];
    const where = /udp:127\.0\.0\.1:\d+/.exec(String(ready))?.[0] ?? "";
    const device = ["--device", where, "--credentials", at("udp.json")];

    const registered = await runCli(["register", ...device]);
    expect(registered.exitCode, registered.stdout).toBe(0);
    const cycled = once(child.stderr, "data");
    child.kill("SIGUSR1");
    expect(String(await cycled)).toMatch(/^power cycled/);
    const signedIn = await runCli(["login", ...device]);
    expect(signedIn.stdout).toMatch(/verified: user present/);

    child.kill("SIGTERM");
    await closed;
    expect(child.exitCode).toBe(0);
    expect(documentOf(out.join(""))).toMatchObject({ ok: true, where, powerCycles: 1 });
  });

  test("is pulled out and plugged in by lines and by SIGUSR2, and ends with its input", async () => {
    const child = startCli(["key", "--unix", at("hands"), "--stdin", "--json"]);
    const closed = once(child, "close");
    const out: string[] = [];
    child.stdout.on("data", (chunk) => out.push(String(chunk)));
    const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
    const nextLine = async () => (await lines.next()).value as string;
    expect(await nextLine()).toMatch(/^simulated generic on unix:/);
    child.stdin.write("unplug\nwiggle\n");
    expect([await nextLine(), await nextLine()].sort()).toEqual([
      '"wiggle" is none of unplug, replug, cycle, quit',
      "unplugged",
    ]);
    expect((await runCli(["info", "--device", `unix:${at("hands")}`])).exitCode).not.toBe(0);
    child.kill("SIGUSR2");
    expect(await nextLine()).toBe(`plugged in: unix:${at("hands")}`);
    expect((await runCli(["info", "--device", `unix:${at("hands")}`])).exitCode).toBe(0);
    child.stdin.end("cycle\n");
    expect(await nextLine()).toBe(`power cycled: unix:${at("hands")}`);
    await closed;
    expect(child.exitCode).toBe(0);
    expect(documentOf(out.join(""))).toMatchObject({ ok: true, powerCycles: 1, unplugs: 1 });
  });

  test("goes on without --stdin while SIGUSR2 has it pulled out", async () => {
    const child = startCli(["key", "--udp", "127.0.0.1:0", "--json"]);
    const closed = once(child, "close");
    const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
    const nextLine = async () => (await lines.next()).value as string;
    await nextLine();
    child.kill("SIGUSR2");
    expect(await nextLine()).toBe("unplugged");
    child.kill("SIGUSR2");
    expect(await nextLine()).toMatch(/^plugged in: udp:/);
    child.kill("SIGTERM");
    await closed;
    expect(child.exitCode).toBe(0);
  });

  test.each([
    [["--uhid", "--unix", "x"]],
    [["--unix", "x", "--serial", "1"]],
    [["--uhid", "--usb-id", "1209-1"]],
    [["--uhid", "--usbip", "127.0.0.1:0"]],
    [["--usbip", "127.0.0.1:0", "--uhid-file", "x"]],
    [["--usbip", "127.0.0.1:0", "--peer", "127.0.0.1:1"]],
    [["--usbip", "127.0.0.1"]],
  ])("%j is a usage error", async (args) => {
    const { exitCode, stdout } = await runCli(["key", ...args, "--json"]);
    expect(exitCode).toBe(2);
    expect(documentOf(stdout)).toMatchObject({ error: { code: "USAGE" } });
  });
});
