import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { UHID_EVENT_BYTES } from "../../../src/sim/expose/uhid-event.js";
import { openUhidFile } from "../../../src/sim/expose/uhid-file.js";
import { exposeUhid } from "../../../src/sim/expose/uhid.js";
import { runCli } from "../../helpers/run-cli.js";
import { runProgram } from "../../helpers/spawn-cli.js";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "uhid-file-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A pipe with a name: like the device, it has nothing to say until somebody says it. */
function pipe(): string {
  const path = join(folder, "uhid");
  execFileSync("mkfifo", [path]);
  return path;
}

describe("openUhidFile", () => {
  test("asks again until there is an event, and gives one a time", async () => {
    const { clock } = virtualEnv("uhid-file");
    const path = pipe();
    const file = openUhidFile(clock, path);
    const other = openSync(path, constants.O_RDWR);
    const event = (first: number) => new Uint8Array(UHID_EVENT_BYTES).fill(first);
    clock.arm(5, "test.kernel", () => {
      writeSync(other, event(1));
      writeSync(other, event(2));
    });
    expect(await clock.run(file.read())).toEqual(event(1));
    expect(clock.nowMs()).toBe(5);
    expect(await clock.run(file.read())).toEqual(event(2));
    file.close();
    closeSync(other);
  });

  test("asks every millisecond while something happens, and a tenth of that after a quiet second", async () => {
    const { clock } = virtualEnv("uhid-file");
    const armed: number[] = [];
    const counting = {
      nowMs: () => clock.nowMs(),
      epochMs: () => clock.epochMs(),
      arm(delayMs: number, timer: string, fire: () => void) {
        armed.push(delayMs);
        return clock.arm(delayMs, timer, fire);
      },
    };
    const file = openUhidFile(counting, pipe());
    clock.arm(2_000, "test.enough", () => file.close());
    expect(await clock.run(file.read())).toBeUndefined();
    expect(armed.filter((delayMs) => delayMs === 1)).toHaveLength(1_000);
    expect(armed.filter((delayMs) => delayMs === 10)).toHaveLength(100);
  });

  test("ends whoever reads when it is closed, and whoever reads then", async () => {
    const { clock } = virtualEnv("uhid-file");
    const file = openUhidFile(clock, pipe());
    const read = file.read();
    file.close();
    file.close();
    expect(await read).toBeUndefined();
    expect(await file.read()).toBeUndefined();
  });

  test("does not write into an ordinary file", async () => {
    const path = join(folder, "precious");
    writeFileSync(path, "precious");
    const env = virtualEnv("uhid-file");
    await expect(exposeUhid(env, {}, { path })).rejects.toMatchObject({ code: "EXPOSE_UHID_MISSING" });
  });

  test("says that the module is not loaded when there is no such file", async () => {
    const env = virtualEnv("uhid-file");
    await expect(exposeUhid(env, {}, { path: join(folder, "none") })).rejects.toMatchObject({
      code: "EXPOSE_UHID_MISSING",
      hint: expect.stringContaining("modprobe uhid") as string,
    });
  });

  test("does not keep a process from ending", async () => {
    const program = join(folder, "program.ts");
    const source = new URL("../../../src/sim/expose/uhid-file.ts", import.meta.url).href;
    const clock = new URL("../../../src/core/clock.ts", import.meta.url).href;
    writeFileSync(
      program,
      `import { openUhidFile } from ${JSON.stringify(source)};
       import { systemClock } from ${JSON.stringify(clock)};
       void openUhidFile(systemClock, ${JSON.stringify(pipe())}).read();
       setTimeout(() => process.exit(7), 50);`,
    );
    expect((await runProgram(["--import", "tsx", program])).exitCode).toBe(7);
  });
});

describe("key --uhid", () => {
  test("without the device file says what to do and exits with 2", async () => {
    const { exitCode, stdout } = await runCli([
      "key",
      "--uhid",
      "--uhid-file",
      join(folder, "none"),
      "--json",
    ]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: { code: "EXPOSE_UHID_MISSING", hint: expect.stringContaining("modprobe uhid") as string },
    });
  });
});
