/** What a command line says when something is mistyped or missing, and what its options promise. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freeUdpPort } from "../helpers/free-udp-port.js";
import { PROJECT } from "../helpers/project.js";
import { runCli } from "../helpers/run-cli.js";
import { spawnCli, startCli } from "../helpers/spawn-cli.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "manners-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const { version } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as { version: string };

describe("version and help", () => {
  test.each(["--version", "-V", "version"])("%s prints the version of the package", async (word) => {
    expect(await runCli([word])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("a bundle finds its version, too", async () => {
    expect(await spawnCli(["--version"])).toMatchObject({ exitCode: 0, stdout: `${version}\n` });
  });

  test("--version --json is one document", async () => {
    expect(JSON.parse((await runCli(["--version", "--json"])).stdout)).toEqual({ version });
  });

  test("help COMMAND is the help of that command", async () => {
    const [helped, asked] = await Promise.all([runCli(["help", "run"]), runCli(["run", "--help"])]);
    expect(helped).toEqual(asked);
    expect(helped.stdout).toMatch(/^usage: passkey-harness run /);
  });

  test("help alone is the overview", async () => {
    expect((await runCli(["help"])).stdout).toMatch(/^usage: passkey-harness COMMAND/);
  });

  test("every option of a command is in its help", async () => {
    const { COMMANDS } = await import("../../src/cli/commands.js");
    const missing = COMMANDS.flatMap(({ name, options, help, synopsis }) =>
      Object.keys(options)
        .filter((option) => !`${synopsis}\n${help}`.includes(`--${option}`))
        .map((option) => `${name} --${option}`),
    );
    expect(missing).toEqual([]);
  });
});

describe("what is mistyped is answered with the nearest name", () => {
  test.each<[readonly string[], string, string]>([
    [["regster"], 'there is no command "regster"', "did you mean register?"],
    [["help", "regster"], 'there is no command "regster"', "did you mean register?"],
    [["run", "late-delivry"], 'there is no scenario "late-delivry"', "late-delivery"],
    [["register", "--sed", "1"], "register has no option --sed", "did you mean --seed"],
    [["register", "--profile", "yubikey"], 'there is no profile "yubikey"', "yubikey5"],
    [["register", "--client", "chrome-window"], 'there is no client "chrome-window"', "chrome-windows"],
    [["register", "--uv", "requird"], 'not "requird"', "did you mean required?"],
  ])("%j", async (args, message, hint) => {
    const { exitCode, stdout, stderr } = await runCli(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(`USAGE: `);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(new RegExp(`hint: .*${hint.replaceAll("?", "\\?")}`));
  });
});

describe("options and their values", () => {
  test.each<[readonly string[], string]>([
    [["register", "--touch-ms"], "--touch-ms takes a value, and none follows"],
    [["register", "--seed", "--rp-id", "x"], '--seed takes a value, and "--rp-id" is an option'],
    [["register", "--help=yes"], "--help takes no value"],
    [["register", "-x"], "register has no option -x"],
    [["register", "seed", "7"], 'register takes options only, and "seed" is none'],
    [["doctor", "please"], 'doctor takes options only, and "please" is none'],
  ])("%j", async (args, message) => {
    const { exitCode, stderr } = await runCli(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`USAGE: ${message}\n`);
    expect(stderr).toContain("hint: ");
  });
});

describe("an option that would have no effect is refused", () => {
  test.each<[readonly string[], string]>([
    [["register", "--bind", "127.0.0.1:1"], "--bind has no effect on --device sim"],
    [["register", "--linger-ms", "5"], "--linger-ms has no effect on --device sim"],
    [
      ["info", "--device", "unix:a.sock", "--profile", "solo"],
      "--profile has no effect on --device unix:a.sock",
    ],
    [["login", "--device", "hid:any", "--seed", "7"], "--seed has no effect on --device hid:any"],
    [["credentials", "-d", "hybrid", "--store", "s.json"], "--store has no effect on --device hybrid"],
    [["key", "--unix", "a.sock", "--peer", "127.0.0.1:1"], "--peer goes with --udp"],
    [["key", "--unix", "a.sock", "--allow-remote"], "--allow-remote goes with --udp and --usbip"],
    [["register", "--origin", "nope"], '--origin takes a URL such as https://example.com, not "nope"'],
    [
      ["register", "--rp-id", "not a host"],
      '--rp-id takes a host name such as example.com, not "not a host"',
    ],
    [["register", "-d", "udp:h:1", "--bind", "x"], '--bind takes HOST:PORT, not "x"'],
    [["key", "--udp", "127.0.0.1:0", "--peer", "x"], '--peer takes HOST:PORT, not "x"'],
    [["credentials", "lst"], "credentials takes `list`, or `delete` and the id of one credential"],
  ])("%j", async (args, message) => {
    const { exitCode, stdout, stderr } = await runCli(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr.split("\n")[0]).toBe(`USAGE: ${message}`);
  });

  test("a key that cannot list its passkeys is not asked for a PIN", async () => {
    const { exitCode, stderr } = await runCli(["credentials", "list", "--profile", "u2f-only"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^ENVIRONMENT: the key cannot list its passkeys/);
  });

  test("a message of several lines is printed as such", async () => {
    const file = join(folder, "two-faults.json");
    writeFileSync(file, '{"a":1}');
    const { stderr } = await runCli(["run", file]);
    expect(stderr).toMatch(/at \/script: is missing\n +also \/a: there is no such member/);
  });

  test("a scenario that never ends is the command line's fault", async () => {
    const file = join(folder, "endless.json");
    const knobs = { "link.road": "hybrid", "key.touchDelayMs": null, "phone.platformTimeoutMs": null };
    writeFileSync(file, JSON.stringify({ knobs, script: [{ do: "reset-key" }] }));
    const { exitCode, stderr } = await runCli(["run", file]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^ENDLESS: /);
  });
});

test("a negative number is a value, and named as one that does not fit", async () => {
  const { exitCode, stderr } = await runCli(["register", "--touch-ms", "-5"]);
  expect(exitCode).toBe(2);
  expect(stderr).toBe('USAGE: --touch-ms takes a whole number from 0 to 600000, not "-5"\n');
});

describe("what is not there is the environment's fault: exit code 2", () => {
  test.each<[readonly string[], RegExp]>([
    [["login", "--credentials", "none.json"], /^ENVIRONMENT: credentials file none.json cannot be read/],
    [["register", "--pin-file", "none.txt"], /^ENVIRONMENT: PIN file none.txt cannot be read/],
    [
      ["register", "--device", "unix:none.sock"],
      /^ENVIRONMENT: there is no device: unix:none.sock: nobody listens/,
    ],
    [["key", "--udp", "0.0.0.0:1"], /^EXPOSE_REMOTE_REFUSED: [^\n]*\n {2}hint: [^\n]*--allow-remote/],
    [
      ["tunnel", "--host", "0.0.0.0", "--port", "1"],
      /^EXPOSE_REMOTE_REFUSED: [^\n]*\n {2}hint: [^\n]*--allow-remote/,
    ],
  ])("%j", async (args, said) => {
    const { exitCode, stderr } = await runCli(args);
    expect(stderr).toMatch(said);
    expect(exitCode).toBe(2);
  });

  test("a UDP port nobody listens on", async () => {
    const { exitCode, stderr } = await runCli(["info", "--device", `udp:127.0.0.1:${await freeUdpPort()}`]);
    expect(stderr).toMatch(
      /^ENVIRONMENT: there is no device: [^\n]*\n {2}hint: passkey-harness key offers one there/,
    );
    expect(exitCode).toBe(2);
  });
});

test("a slow touch beyond the key's patience is warned of, and --up-timeout-ms makes the key wait", async () => {
  const late = await runCli(["register", "--touch-ms", "95000", "--client", "gecko"]);
  expect(late.exitCode).toBe(1);
  expect(late.stderr).toMatch(
    /gives up after 30000 ms, before the touch at 95000 ms; --up-timeout-ms 100000 makes it wait/,
  );
  const waits = ["--up-timeout-ms", "100000", "--client", "gecko", "--timeout-ms", "120000"];
  const patient = await runCli(["register", "--touch-ms", "95000", ...waits]);
  expect(patient).toMatchObject({ exitCode: 0, stderr: "" });
  expect(patient.stdout).toContain("95.");
});

test(
  "a key that answers a fixed peer is reached from there with --bind or udp:HOST:PORT:LOCAL",
  { timeout: 60_000 },
  async () => {
    const [port, peer] = [await freeUdpPort(), await freeUdpPort()];
    const address = `127.0.0.1:${port}`;
    const key = startCli(["key", "--udp", address, "--peer", `127.0.0.1:${peer}`, "--touch-ms", "1"]);
    try {
      await once(key.stderr, "data");
      const args = ["register", "--device", `udp:${address}`, "--bind", `127.0.0.1:${peer}`];
      expect(await runCli(args)).toMatchObject({ exitCode: 0 });
      expect(await runCli(["info", "--device", `udp:${address}:${peer}`])).toMatchObject({ exitCode: 0 });
      const silent = await runCli(["info", "--device", `udp:${address}`]);
      expect(silent).toMatchObject({ exitCode: 1 });
      expect(silent.stderr).toContain("TIMEOUT: hid.init");
      expect(silent.stderr).toContain(
        "hint: a key with --peer answers that address alone: name it with --bind",
      );
    } finally {
      key.kill("SIGTERM");
      await once(key, "exit");
    }
  },
);

describe("wording", () => {
  test("list puts two spaces behind the longest name", async () => {
    const { stdout } = await runCli(["list"]);
    const rows = stdout.slice(stdout.indexOf("simulated,")).trimEnd().split("\n").slice(1);
    expect(rows.length).toBeGreaterThan(20);
    for (const row of rows) expect(row).toMatch(/^ {2}[\w-]+ {2,}\S/);
    expect(new Set(rows.map((row) => row.length - row.replace(/^ {2}[\w-]+ +/, "").length)).size).toBe(1);
  });

  test("one point and one run are not points and runs", async () => {
    const { stdout } = await runCli(["run", "plain-login", "--sweep", "key.touchDelayMs=0"]);
    expect(stdout).toContain("1 point, 1 run\n");
  });

  test("a title says which knobs were changed, in text and on a page", async () => {
    const page = join(folder, "run.html");
    const { stdout } = await runCli(["run", "late-delivery", "--set", "page.guardMs=1000", "--html", page]);
    expect(stdout).toContain("(knobs changed: page.guardMs=1000)");
    expect(readFileSync(page, "utf8")).toMatch(/<h1>[^<]*\(knobs changed: page\.guardMs=1000\)<\/h1>/);
    expect((await runCli(["run", "late-delivery"])).stdout).not.toContain("knobs changed");
  });

  test("a credentials file that is there is read as before", async () => {
    const file = join(folder, "credentials.json");
    writeFileSync(file, JSON.stringify({ schema: 1, credentials: [] }));
    const { stderr } = await runCli(["login", "--credentials", file]);
    expect(stderr).not.toContain("cannot be read");
  });
});

describe("a file that cannot be used is named, with its code", () => {
  const at = (name: string) => join(folder, name);
  test.each([
    ["STORE_MALFORMED", { schema: 1, credentials: [{}] }, (file: string) => ["info", "--store", file]],
    ["STORE_SCHEMA", { schema: 9 }, (file: string) => ["info", "--store", file]],
    ["PROFILE_UNKNOWN_BASE", { extends: "nope" }, (file: string) => ["info", "--profile", file]],
    [
      "PROFILE_BAD_VALUE",
      { extends: "generic", limits: { maxMsgSize: 1 } },
      (file: string) => ["info", "--profile", file],
    ],
    ["SITE_CONFIG", { schema: 1 }, (file: string) => ["run", "late-delivery", "--site", file]],
    ["TRACE_NOT_RECORD", { kind: 1 }, (file: string) => ["replay", file]],
    ["SCENARIO_FILE_MISSING_MEMBER", { title: "x" }, (file: string) => ["run", file]],
    ["FILE_SCHEMA", { schema: 9, credentials: [] }, (file: string) => ["login", "--credentials", file]],
  ])("%s", async (code, content, args) => {
    const file = at(`${code}.json`);
    writeFileSync(file, JSON.stringify(content));
    const { exitCode, stderr } = await runCli(args(file));
    expect(exitCode).toBe(2);
    expect(stderr.split("\n")[0]).toMatch(new RegExp(`^${code}: .*${code}\\.json`));
  });
});

describe("a store that is no store is refused by its name, and stays as it is", () => {
  test.each<[string, string | Uint8Array]>([
    ["truncated", '{"schema":1,"credentials":[{"rpId":"exa'],
    ["empty", ""],
    ["garbage", Uint8Array.of(0x9f, 0x00, 0xff, 0x1b)],
    ["null", "null"],
    ["of another version", '{"schema":2}'],
  ])("%s", async (name, content) => {
    const file = join(folder, `${name.replaceAll(" ", "-")}-store.json`);
    writeFileSync(file, content);
    const before = readFileSync(file);
    const { exitCode, stderr } = await runCli(["register", "--store", file]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^(ENVIRONMENT|STORE_MALFORMED|STORE_SCHEMA): .*-store\.json/);
    expect(readFileSync(file)).toEqual(before);
  });

  test("a folder", async () => {
    const { exitCode, stderr } = await runCli(["register", "--store", folder]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^ENVIRONMENT: store .* cannot be read \(EISDIR\)/);
  });
});
