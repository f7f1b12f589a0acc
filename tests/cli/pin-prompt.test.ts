/** The PIN that is typed at the prompt of a terminal is on no screen, and a wrong one is asked for again. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { encodeStore } from "../../src/sim/authenticator/store/store-file.js";
import { bundled } from "../helpers/spawn-cli.js";
import { BenchKey, PIN } from "../sim/authenticator/bench-key.js";
import { titled } from "../helpers/titled.js";

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pin-prompt-"));
  const store = new CredentialStore();
  const bench = new BenchKey({ store });
  await bench.made({ options: { rk: true } });
  await bench.setPin();
  writeFileSync(join(folder, "key.json"), encodeStore(store.snapshot()));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a user needs to type, in real time; a virtual clock that went on meanwhile would be past every timer. */
const TYPED_MS = 100;

/** Runs a command on a terminal of its own (script of util-linux), and types a line at each prompt. */
async function typedAtPrompts(args: readonly string[], lines: readonly string[]) {
  const command = [process.execPath, bundled("cli.js"), ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
  const left = [...lines];
  let screen = "";
  let prompts = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    screen += chunk.toString();
    const asked = screen.match(/(PIN of the key[^:]*|New PIN once more|Type \S+ to go on): /g)?.length ?? 0;
    for (; prompts < asked; prompts++)
      setTimeout(() => child.stdin.write(`${left.shift() ?? ""}\r`), TYPED_MS);
  });
  const [exitCode] = (await once(child, "close")) as [number];
  return { exitCode, screen, prompts };
}

const lack = existsSync("/usr/bin/script") ? undefined : "has no script of util-linux";

describe.skipIf(lack !== undefined)(titled("a PIN typed at the prompt", lack), () => {
  const args = () => ["credentials", "list", "--store", join(folder, "key.json")];

  test("is not shown, and opens the key", async () => {
    const { exitCode, screen, prompts } = await typedAtPrompts(args(), [PIN]);
    expect({ exitCode, prompts }).toEqual({ exitCode: 0, prompts: 1 });
    expect(screen).toContain("1 passkeys");
    expect(screen).not.toContain(PIN);
  });

  test("keeps a simulated key's time where it is, however long the user types", async () => {
    const files = ["--store", join(folder, "key.json"), "--credentials", join(folder, "site.json"), "--json"];
    for (const command of ["register", "login"]) {
      const { exitCode, screen, prompts } = await typedAtPrompts(
        [command, "--uv", "required", ...files],
        [PIN],
      );
      expect({ command, exitCode, prompts }).toEqual({ command, exitCode: 0, prompts: 1 });
      // The one thing that takes the key's time is the touch.
      const touchedAt = screen.match(/"atMs": (\d+(?:\.\d+)?)/g)?.map((text) => Number(text.slice(8))) ?? [];
      expect(Math.max(...touchedAt)).toBeLessThan(5_000);
    }
  });

  test("that cannot be one is asked for again, and says so", async () => {
    const { exitCode, screen, prompts } = await typedAtPrompts(args(), ["123", PIN]);
    expect({ exitCode, prompts }).toEqual({ exitCode: 0, prompts: 2 });
    expect(screen).toContain("PIN_TOO_SHORT: a PIN has 4 characters at least");
  });

  test.each(["register", "credentials"])("Ctrl-C at the prompt ends %s as a signal does", async (command) => {
    const words = command === "register" ? ["register", "--uv", "required"] : args();
    const more = command === "register" ? ["--store", join(folder, "key.json")] : [];
    const { exitCode, screen, prompts } = await typedAtPrompts([...words, ...more], ["\u0003"]);
    expect({ exitCode, prompts }).toEqual({ exitCode: 130, prompts: 1 });
    expect(screen).toContain("interrupted by SIGINT");
  });

  test("is asked for again where it is wrong, with the attempts left; an empty line gives up", async () => {
    const { exitCode, screen, prompts } = await typedAtPrompts(args(), ["9999-wrong", ""]);
    expect({ exitCode, prompts }).toEqual({ exitCode: 1, prompts: 2 });
    expect(screen).toContain("PIN of the key (7 attempts left): ");
    expect(screen).toMatch(/PIN_WRONG\S*: the PIN is wrong, and no other was given; attempts left: 7/);
    expect(screen).not.toContain("9999-wrong");
  });

  test("a new one is typed twice, again where the two differ or it is too short, and is not shown", async () => {
    writeFileSync(join(folder, "fresh.json"), encodeStore(new CredentialStore().snapshot()));
    const store = ["--store", join(folder, "fresh.json")];
    const lines = ["12", "2718-new", "2718-old", "2718-new", "2718-new"];
    const { exitCode, screen, prompts } = await typedAtPrompts(["pin", "set", ...store], lines);
    expect({ exitCode, prompts }).toEqual({ exitCode: 0, prompts: 5 });
    expect(screen).toContain("the new PIN has 4 characters at least");
    expect(screen).toContain("these two are not the same");
    expect(screen).not.toMatch(/2718/);

    const changing = await typedAtPrompts(["pin", "change", ...store], ["2718-new", "3141-new", "3141-new"]);
    expect({ exitCode: changing.exitCode, prompts: changing.prompts }).toEqual({ exitCode: 0, prompts: 3 });
    expect(changing.screen).toContain("the key has another PIN now");
    expect(changing.screen).not.toMatch(/2718|3141/);
  });

  test.each([
    ["sim", 0, "sim is empty"],
    ["simm", 2, "nothing was deleted"],
    ["\u0003", 130, "interrupted by SIGINT"],
  ])("a reset goes on for the name of the key alone: %j", async (typed, exitCode, said) => {
    const file = join(folder, "used.json");
    const used = readFileSync(join(folder, "key.json"), "utf8");
    writeFileSync(file, used);
    const run = await typedAtPrompts(["reset", "--store", file], [typed]);
    expect({ exitCode: run.exitCode, prompts: run.prompts }).toEqual({ exitCode, prompts: 1 });
    expect(run.screen).toContain(said);
    const countIn = (text: string) => (JSON.parse(text) as { credentials: unknown[] }).credentials.length;
    expect(countIn(used)).toBeGreaterThan(0);
    expect(countIn(readFileSync(file, "utf8"))).toBe(exitCode === 0 ? 0 : countIn(used));
  });
});
