/** Three jobs compete for two simulated keys while keys are pulled out and jobs are killed at random. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { askControl } from "../../src/rig/hardware/control-client.js";
import { loadInventory, openRig, type Rig, withLease } from "../../src/entry/rig.js";
import { seededEntropy, sleep, systemEnv } from "../../src/entry/sim.js";
import { startWitness, type Witness } from "./witness.js";

export interface ContestOptions {
  readonly seconds: number;
  readonly seed: string;
  /** Bundled command line and bundled job. */
  readonly cli: string;
  readonly job: string;
  /** How the keys are reached; uhid makes them devices of this machine. */
  readonly keys: "unix" | "udp" | "uhid";
  readonly tell?: (line: string) => void;
}

export interface ContestReport {
  readonly seconds: number;
  readonly seed: string;
  readonly jobs: Readonly<Record<"passed" | "failed" | "killed" | "withoutResult", number>>;
  /** Codes of jobs that failed, and of what those that passed came over. */
  readonly failures: Readonly<Record<string, number>>;
  readonly overcome: Readonly<Record<string, number>>;
  readonly unplugs: number;
  /** Jobs that were killed while they had a key. */
  readonly killedHolders: number;
  readonly quarantines: number;
  /** Everything that must not be; empty when all is well. */
  readonly violations: readonly string[];
}

const RUNNERS = 3;
const KEYS = ["blue", "red"] as const;
/** Longest that the last jobs may take once nothing disturbs them any more, in milliseconds. */
const END_MS = 120_000;
const UDP_PORT = 18_111;

const env = systemEnv();

export async function runContest(options: ContestOptions): Promise<ContestReport> {
  const folder = mkdtempSync(join(tmpdir(), "rig-contest-"));
  const at = (name: string) => join(folder, name);
  const keys = await Promise.all(KEYS.map((label, index) => startKey(options, folder, { label, index })));
  const file = at("rig.json");
  writeFileSync(file, JSON.stringify(rigFile(options, folder)));
  const rig = openRig(env, loadInventory(file));
  const witness = await startWitness(at("witness"), at("witness.jsonl"));
  try {
    return await contest({
      options,
      rig,
      file,
      witness,
      witnessPath: at("witness"),
      control: (label) => at(`${label}.control`),
    });
  } finally {
    for (const key of keys) {
      key.kill("SIGTERM");
      if (key.exitCode === null) await once(key, "exit");
    }
    await witness[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Contest {
  readonly options: ContestOptions;
  readonly rig: Rig;
  readonly file: string;
  readonly witness: Witness;
  readonly witnessPath: string;
  readonly control: (label: string) => string;
}

async function contest(parts: Contest): Promise<ContestReport> {
  const { options, rig, witness, control } = parts;
  const { seconds, seed, tell = () => {} } = options;
  const jobs = { passed: 0, failed: 0, killed: 0, withoutResult: 0 };
  const failures: Record<string, number> = {};
  const overcome: Record<string, number> = {};
  const count = (into: Record<string, number>, code: string) => (into[code] = (into[code] ?? 0) + 1);
  const violations: string[] = [];
  const running = new Map<string, ChildProcess>();
  let isOver = false;
  let unplugs = 0;

  const runner = async (index: number) => {
    const chance = seededEntropy(`${seed} runner ${index}`);
    for (let nth = 0; !isOver; nth++) {
      const name = `runner${index}-job${nth}`;
      const { child, ended } = startJob(parts, name, (chance.bytes(1)[0] as number) % 10);
      running.set(name, child);
      const { signal, line } = await ended;
      running.delete(name);
      if (signal === "SIGKILL") {
        jobs.killed += 1;
        continue;
      }
      const result =
        line === ""
          ? undefined
          : (JSON.parse(line) as { outcome: "passed" | "failed"; code?: string; codes: string[] });
      if (result === undefined) {
        jobs.withoutResult += 1;
        violations.push(`${name} ended without a result`);
        continue;
      }
      jobs[result.outcome] += 1;
      for (const code of result.codes) count(overcome, code);
      if (result.code !== undefined) count(failures, result.code);
      if (result.code === "RIG_LEASE_EXPIRED") violations.push(`${name} lost its lease`);
    }
  };

  const disturb = async () => {
    const chance = seededEntropy(`${seed} chance`);
    const below = (limit: number) => new DataView(chance.bytes(4).buffer).getUint32(0) % limit;
    const endsAtMs = env.clock.nowMs() + seconds * 1_000;
    while (env.clock.nowMs() < endsAtMs) {
      await sleep(env.clock, 100 + below(1_400), "contest.wait");
      const label = KEYS[below(KEYS.length)] as string;
      const names = [...running.keys()];
      const victim = names[below(Math.max(1, names.length))];
      const dice = below(10);
      if (dice < 4 && victim !== undefined) running.get(victim)?.kill("SIGKILL");
      else if (dice < 8) {
        unplugs += 1;
        await askControl(control(label), "unplug");
        await sleep(env.clock, 100 + below(1_500), "contest.unplugged");
        await askControl(control(label), "replug");
      } else await askControl(control(label), "cycle");
    }
    isOver = true;
    tell("the disturbances are over; the last jobs end");
  };

  const tellStatus = async () => {
    while (!isOver) {
      await sleep(env.clock, 5_000, "contest.tell");
      tell(`${jobs.passed} passed, ${jobs.failed} failed, ${jobs.killed} killed, ${unplugs} times unplugged`);
      // A user takes keys out of quarantine that are well again.
      for (const label of KEYS) rig.quarantine.end(label);
    }
  };

  const all = Promise.all([
    disturb().finally(() => (isOver = true)),
    tellStatus(),
    ...Array.from({ length: RUNNERS }, (_, index) => runner(index)),
  ]);
  const inTime = new AbortController();
  const late = sleep(env.clock, seconds * 1_000 + END_MS, "contest.late", { signal: inTime.signal }).then(
    () => "late" as const,
    () => undefined,
  );
  if ((await Promise.race([all, late])) === "late") {
    violations.push(
      `jobs had not ended ${END_MS} ms after the disturbances: ${[...running.keys()].join(", ")}`,
    );
    for (const child of running.values()) child.kill("SIGKILL");
  }
  inTime.abort();
  violations.push(...witness.doubles);
  await checkEnd(rig, violations);
  // A job that ends by itself says so before it hangs up.
  const killedHolders = witness.lines.filter(({ what }) => what === "hangs up").length;
  const quarantines = rig.log.lines().filter(({ kind }) => kind === "quarantined").length;
  return { seconds, seed, jobs, failures, overcome, unplugs, killedHolders, quarantines, violations };
}

/** Once all jobs have ended, nobody has or wants a key, and each can be leased at once. */
async function checkEnd(rig: Rig, violations: string[]): Promise<void> {
  const { held, queue, unlisted } = await rig.leases.look();
  for (const { label, job } of held) violations.push(`${job} still has ${label}`);
  for (const { job } of queue) violations.push(`${job} still waits`);
  for (const label of unlisted) violations.push(`${label} is held by a process without a lease`);
  for (const label of KEYS) {
    rig.quarantine.end(label);
    await withLease(rig, { label, waitMs: 1_000 }, async () => undefined).catch((error: unknown) => {
      violations.push(`${label} cannot be leased: ${String(error)}`);
    });
  }
}

function startJob({ options, file, witnessPath }: Contest, name: string, priority: number) {
  const child = spawn(process.execPath, [options.job, file, witnessPath, name, String(priority)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let line = "";
  createInterface({ input: child.stdout }).on("line", (text) => (line = text));
  const ended = once(child, "close").then(([, signal]) => ({
    signal: signal as NodeJS.Signals | null,
    line,
  }));
  return { child, ended };
}

function placeOf({ keys }: ContestOptions, folder: string, label: string, index: number): string {
  if (keys === "udp") return `udp:127.0.0.1:${UDP_PORT + index}`;
  return keys === "unix" ? `unix:${join(folder, label)}` : `serial:contest-${label}`;
}

function rigFile(options: ContestOptions, folder: string) {
  const control = (label: string) => ({ key: label, by: "control", path: join(folder, `${label}.control`) });
  return {
    schema: 1,
    keys: KEYS.map((label, index) => ({ label, device: placeOf(options, folder, label, index) })),
    fingers: KEYS.map(control),
    powerSwitches: KEYS.map(control),
  };
}

async function startKey(
  options: ContestOptions,
  folder: string,
  { label, index }: { readonly label: string; readonly index: number },
): Promise<ChildProcess> {
  const place = placeOf(options, folder, label, index);
  const where =
    options.keys === "uhid"
      ? ["--uhid", "--serial", `contest-${label}`]
      : [`--${options.keys}`, place.slice(place.indexOf(":") + 1)];
  const control = `unix:${join(folder, `${label}.control`)}`;
  const key = spawn(process.execPath, [options.cli, "key", ...where, "--control", control], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  await once(key.stderr, "data");
  key.stderr.resume();
  return key;
}
