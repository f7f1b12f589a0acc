/** Work on a virtual clock that nobody runs: the commonest mistake of a new user must be named, and never hang. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { VirtualEnv } from "../../src/core/env.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { within } from "../../src/core/within.js";
import { openSession } from "../../src/ctap/client/session.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { LoopbackDevice } from "../../src/sim/loopback.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { simulatedUser } from "../../src/sim/user.js";
import { register } from "../../src/webauthn/client/register.js";

const OPTIONS = {
  rp: { id: "example.com", name: "Example" },
  user: { id: "dXNlcg", name: "hanako", displayName: "Hanako" },
  challenge: "Y2hhbGxlbmdl",
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
} as const;

function keyIn(env: VirtualEnv): LoopbackDevice {
  const store = new CredentialStore();
  const key = new SimAuthenticator(env, {
    profile: profileNamed("generic"),
    store,
    user: simulatedUser(env),
  });
  return new LoopbackDevice(env, key.handle.bind(key));
}

const ceremony = (env: VirtualEnv) => register(env, keyIn(env), OPTIONS, { origin: "https://example.com" });

/** A ceremony has its request out by then: the key may still act on it. */
const OUT = { aftermath: "unknown" } as const;

const NOT_RUN = {
  code: "CLOCK_NOT_RUN",
  aftermath: "none",
  hint: expect.stringContaining("await env.clock.run(") as string,
};

afterEach(() => void vi.useRealTimers());

describe.each(["real", "fake"])("with %s host timers", (timers) => {
  const arrange = () => {
    if (timers === "fake") vi.useFakeTimers({ toFake: ["setTimeout", "setImmediate", "Date"] });
    return virtualEnv("not run");
  };

  test("a registration fails", async () => {
    await expect(ceremony(arrange())).rejects.toMatchObject({ ...NOT_RUN, ...OUT });
  });

  test("a session fails", async () => {
    const env = arrange();
    const device = Object.assign(keyIn(env), { transact: () => new Promise<Uint8Array>(() => {}) });
    await expect(openSession(env, device)).rejects.toMatchObject(NOT_RUN);
  });

  test("a budget fails, and what it covers is told to stop", async () => {
    const env = arrange();
    const told = vi.fn();
    const budget = { timer: "test.budget", budgetMs: 60_000, aftermath: "none" } as const;
    const work = within(env, budget, async (signal) => {
      signal.addEventListener("abort", told);
      await new Promise(() => {});
    });
    await expect(work).rejects.toMatchObject({
      ...NOT_RUN,
      message: expect.stringContaining("test.budget") as string,
    });
    expect(told).toHaveBeenCalledOnce();
  });

  test("the second of two fails when only the first is run", async () => {
    const env = arrange();
    await env.clock.run(ceremony(env));
    await expect(ceremony(env)).rejects.toMatchObject({ ...NOT_RUN, ...OUT });
  });
});

test.each([0, 1, 50])("work begun %i turns of the host before run is not disturbed", async (turns) => {
  const env = virtualEnv("late run");
  const work = ceremony(env);
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
  await expect(env.clock.run(work)).resolves.toMatchObject({ type: "public-key" });
});

test("a program that forgets to run its clock ends with the error, not without a word", async () => {
  const folder = mkdtempSync(join(tmpdir(), "clock-not-run-"));
  const source = (path: string) => pathToFileURL(resolve(import.meta.dirname, "../../src", path)).href;
  try {
    const program = join(folder, "program.mjs");
    writeFileSync(
      program,
      `import { virtualEnv } from "${source("env/virtual-env.ts")}";
       import { within } from "${source("core/within.ts")}";
       const budget = { timer: "test.budget", budgetMs: 60_000, aftermath: "none" };
       await within(virtualEnv("x"), budget, () => new Promise(() => {}));`,
    );
    const ended = await new Promise<{ code: unknown; stderr: string }>((done) => {
      execFile(process.execPath, ["--import", "tsx", program], { cwd: process.cwd() }, (error, _, stderr) =>
        done({ code: error?.code, stderr }),
      );
    });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("CLOCK_NOT_RUN");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
