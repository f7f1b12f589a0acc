import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { endProcess, isRunning, type Lease, RigError, withLease } from "../../entry/rig.js";
import { toJUnit } from "../../entry/scenarios.js";
import { sleep } from "../../entry/sim.js";
import { isHarnessError } from "../../index.js";
import { type Outcome, UsageError } from "../command.js";
import { LABEL_VARIABLE } from "../machine.js";
import { replaceFile } from "../files/replace-file.js";
import { watchForInterruption } from "../interruption.js";
import { flag, numberOption, textOption, textsOf } from "../options.js";
import { failuresOf, withProblems } from "../problems.js";
import { runWithoutTrace } from "../run-without-trace.js";
import { keyNamed, type RigContext } from "./rig-context.js";

const MS_MAX = 86_400_000;
/** From the request to end to the end by force, in milliseconds. */
const GRACE_MS = 10_000;
/** How long a holder that was asked to end may take, and how often it is looked for, in milliseconds. */
const END_MS = 10_000;
const LOOK_MS = 100;

/** Runs a command with a device that no other job has. */
export async function leaseFor(context: RigContext): Promise<Outcome> {
  const { invocation } = context;
  const job = textOption(invocation, "job") ?? invocation.positionals[1] ?? "";
  try {
    const outcome = await runJob(context);
    return await writtenAsJUnit(outcome, { job, json: outcome.json as JobResult }, invocation);
  } catch (error) {
    if (isHarnessError(error) && error.code !== "USAGE") {
      const { terminal } = invocation;
      const none: Outcome = { exitCode: 2, json: {}, text: "" };
      const { code, message } = error;
      const told = await writtenAsJUnit(none, { job, error: { code, message } }, invocation);
      const { problems = [] } = told.json as { readonly problems?: readonly unknown[] };
      if (terminal.json && problems.length > 0) terminal.warn("the JUnit file could not be written");
    }
    throw error;
  }
}

interface JobResult {
  readonly label: string;
  readonly commandExitCode: number | null;
}

/** Writes what became of a job: a command that ended with another code than 0 failed, one without a device has an error. */
async function writtenAsJUnit(
  outcome: Outcome,
  { job, json, error }: { job: string; json?: JobResult; error?: { code: string; message: string } },
  invocation: RigContext["invocation"],
): Promise<Outcome> {
  const path = textOption(invocation, "junit");
  if (path === undefined) return outcome;
  const isGood = json?.commandExitCode === 0;
  const run = runWithoutTrace({
    id: job,
    title: "A job on a device of the rig",
    story: "The command of a lease; it is held to exit code 0.",
    reproduction: "passkey-harness rig lease",
    ...(error && { error }),
    ...(json && !isGood && { failure: { expected: "exit code 0", found: endOf(json.commandExitCode) } }),
    ...(json && { properties: { label: json.label } }),
  });
  const problems = await failuresOf([() => void replaceFile(path, toJUnit([run]))]);
  return withProblems(outcome, problems, invocation.terminal);
}

function endOf(code: number | null): string {
  return `exit code ${code ?? "none: a signal ended it"}`;
}

async function runJob(context: RigContext): Promise<Outcome> {
  const { invocation, rig } = context;
  const [, ...argv] = invocation.positionals;
  const [program] = argv;
  if (program === undefined) {
    throw new UsageError("USAGE", "rig lease wants a command: rig lease --label blue -- npm test");
  }
  const label = textOption(invocation, "label");
  const labels = textsOf(invocation, "labels").flatMap((text) => text.split(","));
  const priority = numberOption(invocation, "priority", { min: 0, max: 9 });
  const limitMs = numberOption(invocation, "limit-ms", { min: 1, max: MS_MAX });
  const waitMs = numberOption(invocation, "wait-ms", { min: 0, max: MS_MAX });
  const job = textOption(invocation, "job") ?? program;
  const { signal, stop } = watchForInterruption();
  const request = {
    job,
    signal,
    ...(label !== undefined && { label }),
    ...(labels.length > 0 && { labels }),
    ...(priority !== undefined && { priority }),
    ...(limitMs !== undefined && { limitMs }),
    ...(waitMs !== undefined && { waitMs }),
  };
  try {
    return await withLease(rig, request, async (lease) => {
      invocation.terminal.warn(`leased ${lease.label}`);
      const code = await runWith(context, lease, argv);
      const isGood = code === 0;
      const text = isGood ? "" : endOf(code);
      rig.log.add({ kind: "verdict", label: lease.label, job, outcome: isGood ? "passed" : "failed", text });
      return {
        exitCode: isGood ? 0 : 1,
        json: { ok: isGood, label: lease.label, job, commandExitCode: code },
        text: isGood ? "" : `${program} ended with ${text}`,
      };
    });
  } finally {
    stop();
  }
}

/** Runs the command until it ends; the lease's end, by its limit or by a signal, ends it as well. */
async function runWith(
  { invocation, rig, file }: RigContext,
  lease: Lease,
  argv: readonly string[],
): Promise<number | null> {
  const [program = "", ...args] = argv;
  const { label, key, descriptor, signal } = lease;
  // The command holds the device as well: should this process be killed, no other job gets it before the command has ended.
  const held = descriptor === undefined ? [] : [descriptor];
  const child = spawn(program, args, {
    stdio: ["inherit", invocation.terminal.json ? 2 : "inherit", "inherit", ...held],
    env: {
      ...process.env,
      PASSKEY_HARNESS_RIG: file,
      [LABEL_VARIABLE]: label,
      ...(key !== undefined && { PASSKEY_HARNESS_RIG_DEVICE: key.device }),
    },
  });
  const end = () => void endGently(rig.env.clock, child);
  signal.addEventListener("abort", end, { once: true });
  try {
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  } catch (error) {
    throw new UsageError("ENVIRONMENT", `${program} cannot be started`, { cause: error });
  } finally {
    signal.removeEventListener("abort", end);
  }
}

async function endGently(clock: Parameters<typeof sleep>[0], child: ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  const ended = new AbortController();
  child.once("exit", () => ended.abort());
  await sleep(clock, GRACE_MS, "rig.grace", { signal: ended.signal }).then(
    () => child.kill("SIGKILL"),
    () => undefined,
  );
}

/** Takes a device from a job, or out of quarantine. */
export async function release(context: RigContext): Promise<Outcome> {
  const { invocation, rig } = context;
  const { label } = keyNamed(context);
  if (rig.quarantine.end(label)) {
    rig.log.add({ kind: "returned", label });
    return {
      exitCode: 0,
      json: { ok: true, label, released: "quarantine" },
      text: `${label}: out of quarantine`,
    };
  }
  const find = async () => (await rig.leases.look()).held.find((one) => one.label === label);
  const lease = await find();
  if (lease === undefined)
    return { exitCode: 0, json: { ok: true, label, released: null }, text: `${label}: no job has it` };
  const { owner, job } = lease;
  const isForced = flag(invocation, "force");
  if (isForced) endProcess(owner);
  else if (isRunning(owner)) process.kill(owner.pid, "SIGTERM");
  const { clock } = rig.env;
  const endsAtMs = clock.nowMs() + END_MS;
  while ((await find())?.id === lease.id) {
    if (clock.nowMs() >= endsAtMs) {
      throw new RigError("RIG_LEASED", `the job ${job} still has "${label}" (process ${owner.pid})`, {
        hint: isForced ? "a process that the job started holds it: end that one" : "--force kills it",
      });
    }
    await sleep(clock, LOOK_MS, "rig.release");
  }
  return {
    exitCode: 0,
    json: { ok: true, label, released: job, pid: owner.pid },
    text: `${label}: taken from ${job}`,
  };
}

/** Says whether an error is one of the library, for callers that go on with the next device. */
export function codeOf(error: unknown): string {
  if (isHarnessError(error)) return `${error.code}: ${error.message}`;
  throw error;
}
