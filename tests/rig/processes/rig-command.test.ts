/** `passkey-harness rig` between processes: jobs that are killed, keys that are pressed, pulled out, and brought back. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startListening } from "../../helpers/listening-cli.js";
import { runCli } from "../../helpers/run-cli.js";
import { bundled, spawnCli, startNode } from "../../helpers/spawn-cli.js";

interface Report {
  readonly ok: boolean;
  readonly error?: { readonly code: string; readonly message: string };
  readonly devices: readonly {
    readonly label: string;
    readonly state: string;
    readonly lease?: { readonly job: string; readonly pid: number; readonly isOrphaned: boolean };
    readonly quarantine?: { readonly reasons: readonly string[]; readonly trace?: string };
    readonly lastVerdict?: { readonly outcome: string; readonly job: string; readonly text?: string };
  }[];
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "rig-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A rig of one simulated key in another process, with its finger and power. */
async function rigWithKey(allow: readonly string[] = []) {
  const folder = scratch();
  const [socket, control, file] = ["key", "control", "rig.json"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(
    file,
    JSON.stringify({
      schema: 1,
      keys: [{ label: "blue", device: `unix:${socket}`, allow }],
      fingers: [{ key: "blue", by: "control", path: control }],
      powerSwitches: [{ key: "blue", by: "control", path: control }],
    }),
  );
  const key = startListening(["key", "--unix", socket, "--control", `unix:${control}`]);
  await key.hears(/simulated generic on/);
  return { folder, socket, control, file, key };
}

function fileOf(folder: string): string {
  const file = join(folder, "rig.json");
  writeFileSync(file, JSON.stringify({ schema: 1, keys: [{ label: "blue", device: "any" }] }));
  return file;
}

const json = async (args: readonly string[]): Promise<Report> =>
  JSON.parse((await runCli([...args, "--json"])).stdout) as Report;

describe("lease", () => {
  test("writes what became of the command as JUnit: passed, failed, or without a device", async () => {
    const folder = scratch();
    const junit = join(folder, "j.xml");
    const run = async (...args: string[]) => {
      const argv = ["rig", "lease", "--rig", fileOf(folder), "--job", "nightly", "--junit", junit, ...args];
      const { exitCode } = await runCli(argv);
      return [exitCode, readFileSync(junit, "utf8")] as const;
    };
    const node = ["--", process.execPath, "-e"];
    const [good, passed] = await run(...node, "0");
    expect(good).toBe(0);
    expect(passed).toContain('tests="1" failures="0" errors="0" skipped="0"');
    expect(passed).toContain('name="nightly"');
    expect(passed).toContain('<property name="label" value="blue"/>');
    const [bad, failed] = await run(...node, "process.exit(3)");
    expect(bad).toBe(1);
    expect(failed).toContain('message="link: expected exit code 0, found exit code 3"');
    const [none, error] = await run("--label", "green", ...node, "0");
    expect(none).toBe(2);
    expect(error).toContain('<error type="RIG_NO_SUCH_DEVICE"');
  });

  test("the command runs with the device's name, and its exit code is the verdict", async () => {
    const file = fileOf(scratch());
    const print =
      "console.log(process.env.PASSKEY_HARNESS_RIG_LABEL, process.env.PASSKEY_HARNESS_RIG_DEVICE)";
    const lease = ["rig", "lease", "--rig", file, "--job", "nightly", "--", process.execPath, "-e"];
    expect(await spawnCli([...lease, print])).toMatchObject({ exitCode: 0, stdout: "blue any\n" });
    expect(await spawnCli([...lease, "process.exit(3)"])).toMatchObject({ exitCode: 1 });
    const [blue] = (await json(["rig", "status", "--rig", file])).devices;
    expect(blue).toMatchObject({
      state: "free",
      lastVerdict: { outcome: "failed", job: "nightly", text: "exit code 3" },
    });
  });

  test("when the process with the lease is killed, its command holds the device until it ends", async () => {
    const file = fileOf(scratch());
    const command = "console.log('begun', process.pid); setInterval(() => {}, 1000)";
    const holder = startNode([
      bundled("cli.js"),
      "rig",
      "lease",
      "--rig",
      file,
      "--",
      process.execPath,
      "-e",
      command,
    ]);
    const [said] = (await once(holder.stdout, "data")) as [Buffer];
    const commandPid = Number(/begun (\d+)/.exec(String(said))?.[1]);
    onTestFinished(() => {
      try {
        process.kill(commandPid, "SIGKILL");
      } catch {
        // Ended by the test.
      }
    });
    holder.kill("SIGKILL");
    await once(holder, "exit");
    const wait = ["rig", "lease", "--rig", file, "--wait-ms", "300", "--", process.execPath, "-e", ""];
    expect(await spawnCli(wait)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("no device that fits came free within 300 ms") as string,
    });
    expect((await json(["rig", "status", "--rig", file])).devices[0]).toMatchObject({
      state: "leased",
      lease: { isOrphaned: true },
    });
    process.kill(commandPid, "SIGKILL");
    expect((await spawnCli(["rig", "lease", "--rig", file, "--", process.execPath, "-e", ""])).exitCode).toBe(
      0,
    );
  });

  test("at the limit the command is ended, and the error says so", async () => {
    const file = fileOf(scratch());
    const lease = ["rig", "lease", "--rig", file, "--limit-ms", "300", "--json", "--"];
    const { exitCode, stdout } = await spawnCli([
      ...lease,
      process.execPath,
      "-e",
      "setInterval(() => {}, 1000)",
    ]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: "RIG_LEASE_EXPIRED" } });
    expect((await json(["rig", "status", "--rig", file])).devices[0]).toMatchObject({ state: "free" });
  });

  test("release ends a job that has the device", async () => {
    const file = fileOf(scratch());
    const command = "console.log('begun'); setInterval(() => {}, 1000)";
    const lease = [bundled("cli.js"), "rig", "lease", "--rig", file, "--job", "stuck", "--"];
    const holder = startNode([...lease, process.execPath, "-e", command]);
    const closed = once(holder, "close");
    await once(holder.stdout, "data");
    expect((await runCli(["rig", "release", "blue", "--rig", file])).stdout).toBe("blue: taken from stuck\n");
    await closed;
  });

  test("release --force kills one that does not heed it", async () => {
    const file = fileOf(scratch());
    const program = `
      import { loadInventory, openRig, withLease } from ${JSON.stringify(bundled("rig.js"))};
      import { systemEnv } from ${JSON.stringify(bundled("sim.js"))};
      process.on("SIGTERM", () => {});
      await withLease(openRig(systemEnv(), loadInventory(${JSON.stringify(file)})), { job: "deaf" }, async () => {
        console.log("held");
        setInterval(() => {}, 1000);
        await new Promise(() => {});
      });
    `;
    const holder = startNode(["--input-type=module", "-e", program]);
    const closed = once(holder, "close");
    await once(holder.stdout, "data");
    expect((await runCli(["rig", "release", "blue", "--force", "--rig", file])).stdout).toBe(
      "blue: taken from deaf\n",
    );
    expect(await closed).toEqual([null, "SIGKILL"]);
  });

  test("a damaged lease file is told in the log, and leases go on", async () => {
    const file = fileOf(scratch());
    const run = () => spawnCli(["rig", "lease", "--rig", file, "--", process.execPath, "-e", ""]);
    await run();
    const table = `${file}.state/leases.json`;
    writeFileSync(table, readFileSync(table, "utf8").slice(0, 9));
    expect((await run()).exitCode).toBe(0);
    expect((await runCli(["rig", "status", "--rig", file])).stdout).toContain("damaged  leases.json");
  });
});

describe("a simulated key with a finger and power", () => {
  test("check says what it is; a registration is pressed by rig press from another process", async () => {
    const { file, socket, key } = await rigWithKey();
    expect((await runCli(["rig", "check", "--rig", file])).stdout).toMatch(
      /blue {2}AAGUID [0-9a-f]{32}, no PIN, pressed by control/,
    );
    const registering = spawnCli([
      "register",
      "--device",
      `unix:${socket}`,
      "--timeout-ms",
      "20000",
      "--json",
    ]);
    // Pressed until the ceremony is over: the first press may come before the key asks.
    const pressed = async () => {
      await runCli(["rig", "press", "blue", "--rig", file, "--hold-ms", "100"]);
      return undefined;
    };
    let finished: { readonly exitCode: number | null } | undefined;
    while (finished === undefined) finished = await Promise.race([registering, pressed()]);
    expect(finished.exitCode).toBe(0);
    key.child.kill("SIGTERM");
    await key.finished;
  });

  test(
    "recover brings back a key that lost its power, and puts one that is gone into quarantine with evidence",
    { timeout: 120_000 },
    async () => {
      const { file, key } = await rigWithKey();
      expect((await runCli(["rig", "power", "blue", "off", "--rig", file])).stdout).toBe("blue: power off\n");
      expect((await runCli(["rig", "check", "--rig", file])).stdout).toContain("blue  DEVICE_GONE");
      expect((await runCli(["rig", "recover", "blue", "--rig", file])).stdout).toMatch(
        /^blue is back: no answer: DEVICE_GONE; power cycled by control .*; answers getInfo\n$/,
      );
      expect((await runCli(["rig", "check", "--rig", file])).exitCode).toBe(0);
      key.child.kill("SIGKILL");
      await key.finished;
      const { error } = await json(["rig", "recover", "blue", "--rig", file]);
      expect(error?.code).toBe("RIG_KEY_WEDGED");
      const [blue] = (await json(["rig", "status", "--rig", file])).devices;
      expect(blue?.state).toBe("quarantined");
      expect(blue?.quarantine?.reasons[0]).toBe("no answer: DEVICE_GONE");
      expect((await json(["rig", "lease", "--rig", file, "--", "true"])).error?.code).toBe("RIG_QUARANTINED");
      expect((await runCli(["rig", "release", "blue", "--rig", file])).stdout).toBe(
        "blue: out of quarantine\n",
      );
    },
  );

  test("a key that a job has is pressed by no other one", async () => {
    const { file, key } = await rigWithKey();
    const inside = `
      const { spawnSync } = require("node:child_process");
      const press = (environment) => spawnSync(process.execPath, [${JSON.stringify(bundled("cli.js"))}, "rig", "press", "blue"], { env: environment, encoding: "utf8" });
      console.log(press(process.env).status);
      const { PASSKEY_HARNESS_RIG_LABEL: _, ...another } = process.env;
      console.log(press(another).stderr);
    `;
    const { stdout } = await spawnCli([
      "rig",
      "lease",
      "--rig",
      file,
      "--job",
      "mine",
      "--",
      process.execPath,
      "-e",
      inside,
    ]);
    expect(stdout).toMatch(/^0\n/);
    expect(stdout).toContain("RIG_LEASED");
    expect(stdout).toContain("is leased to the job mine");
    key.child.kill("SIGTERM");
  });
});

test("serve answers on loopback until a signal ends it", async () => {
  const file = fileOf(scratch());
  const server = startListening(["rig", "serve", "--rig", file, "--port", "0", "--json"]);
  const url = await server.hears(/http:\/\/127\.0\.0\.1:\d+/);
  expect(await (await fetch(`${url}/status.json`)).json()).toMatchObject({
    devices: [{ label: "blue", state: "free" }],
  });
  server.child.kill("SIGTERM");
  const { exitCode, stdout } = await server.finished;
  expect([exitCode, JSON.parse(stdout)]).toEqual([0, { ok: true, url }]);
});

test.each([
  [["--control", "tcp:1"], /--control takes unix:PATH/],
  [["--control", "unix:/nowhere", "--touch-ms", "5"], /--touch-ms goes without --control/],
])("key %j is refused", async (args, message) => {
  const { exitCode, stderr } = await runCli(["key", "--unix", join(scratch(), "key"), ...args]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(message);
});

test.each([
  [["rig", "dance"], /rig has no action "dance"/],
  [["rig", "press", "red"], /no key of the rig is "red"/],
  [["rig", "press", "blue"], /the rig has no finger for "blue"/],
  [["rig", "power", "blue"], /the rig has no power switch for "blue"/],
  [["rig", "lease"], /rig lease wants a command/],
  [["rig", "lease", "--label", "red", "--", "true"], /no device of the rig is red/],
])("%j is refused", async (args, message) => {
  const file = fileOf(scratch());
  const { exitCode, stderr } = await runCli([...args.slice(0, 2), "--rig", file, ...args.slice(2)]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(message);
});
