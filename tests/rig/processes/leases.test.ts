/** Leases between real processes: the kernel frees what a killed process had. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemEnv } from "../../../src/env/system-env.js";
import { parseInventory } from "../../../src/rig/inventory/inventory.js";
import { endProcess, isRunning, thisProcess } from "../../../src/rig/leases/process-identity.js";
import { withLease } from "../../../src/rig/leases/with-lease.js";
import { openRig } from "../../../src/rig/rig.js";
import { bundled, startNode } from "../../helpers/spawn-cli.js";

const FILE = { schema: 1, keys: [{ label: "a", device: "any" }] };

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "rig-processes-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "rig.json"), JSON.stringify(FILE));
  return folder;
}

/** Starts a process that leases the key, says so, and then does what `then` says. */
function holder(folder: string, job: string, then: string) {
  const program = `
    import { loadInventory, openRig, withLease } from ${JSON.stringify(bundled("rig.js"))};
    import { systemEnv } from ${JSON.stringify(bundled("sim.js"))};
    const rig = openRig(systemEnv(), loadInventory(${JSON.stringify(join(folder, "rig.json"))}));
    await withLease(rig, { job: ${JSON.stringify(job)} }, async () => {
      console.log("held");
      ${then}
    });
    console.log("released");
  `;
  return startNode(["--input-type=module", "-e", program]);
}

const FOR_EVER = "setInterval(() => {}, 1000); await new Promise(() => {});";

test("kill -9 of the holder frees the key, and the log tells who lost it", async () => {
  const folder = scratch();
  const killed = holder(folder, "killed", FOR_EVER);
  await once(killed.stdout, "data");
  const next = holder(folder, "next", "");
  const said: string[] = [];
  next.stdout.on("data", (chunk) => said.push(String(chunk)));
  // A third process sees both, and the next one has nothing yet.
  const rig = openRig(systemEnv(), parseInventory(FILE, join(folder, "rig.json")));
  for (;;) {
    const { held, queue } = await rig.leases.look();
    expect(held.map(({ job }) => job)).toEqual(["killed"]);
    if (queue.length === 1) break;
  }
  expect(said).toEqual([]);
  killed.kill("SIGKILL");
  await once(next, "close");
  expect(said.join("")).toBe("held\nreleased\n");
  expect(rig.log.lines().map(({ kind }) => kind)).toEqual(["leased", "freed", "leased", "released"]);
  expect(rig.log.lines()[1]).toMatchObject({ job: "killed", pid: killed.pid });
});

test("kill -9 of one that waits takes it out of the queue", async () => {
  const folder = scratch();
  const rig = openRig(systemEnv(), parseInventory(FILE, join(folder, "rig.json")));
  await withLease(rig, {}, async () => {
    const waiting = holder(folder, "waits", FOR_EVER);
    while ((await rig.leases.look()).queue.length === 0);
    waiting.kill("SIGKILL");
    await once(waiting, "close");
    expect((await rig.leases.look()).queue).toEqual([]);
  });
});

test("a number that was given to another process is not taken for the holder", () => {
  const self = thisProcess();
  expect(isRunning(self)).toBe(true);
  const earlier = { ...self, started: `${self.started ?? ""}0` };
  expect(isRunning(earlier)).toBe(false);
  // It is this process that would be ended.
  expect(endProcess(earlier)).toBe(false);
});

test("the files of the state belong to their owner alone", async () => {
  const folder = scratch();
  const rig = openRig(systemEnv(), parseInventory(FILE, join(folder, "rig.json")));
  await withLease(rig, {}, async () => undefined);
  const { statSync, readdirSync } = await import("node:fs");
  expect(statSync(rig.folder.path).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(rig.folder.path)) {
    expect(statSync(rig.folder.file(name)).mode & 0o777, name).toBe(0o600);
  }
  expect(JSON.parse(readFileSync(rig.folder.file("leases.json"), "utf8"))).toMatchObject({
    held: [],
    queue: [],
  });
});
