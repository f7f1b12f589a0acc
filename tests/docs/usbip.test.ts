/** What docs/usbip.md shows is so: its codes, its options, its programs. */
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as hid from "../../src/entry/hid.js";
import * as sim from "../../src/entry/sim.js";
import * as root from "../../src/index.js";
import { PROJECT } from "../helpers/project.js";
import { runCli } from "../helpers/run-cli.js";

const read = (path: string) => readFileSync(join(PROJECT, path), "utf8");
const PAGE = read("docs/usbip.md");
const matches = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map(([, found]) => found as string)),
];

describe("docs/usbip.md", () => {
  test.each([
    [/["`](USBIP_[A-Z_]+)["`]/g, ["src/sim/expose/usbip/usbip-error.ts"]],
    [/["`](CAPTURE_[A-Z_]+)["`]/g, ["src/transports/hid/capture/capture-error.ts"]],
    [/["`](RECORDING_[A-Z_]+)["`]/g, ["src/scenarios/recorded/measure-session.ts"]],
  ])("has every code of %s, and no other", (pattern, files) => {
    const written = files.flatMap((file) => matches(read(file), pattern));
    expect(written.length).toBeGreaterThan(2);
    expect(matches(PAGE, pattern).sort()).toEqual([...new Set(written)].sort());
  });

  test("shows options that the command has", async () => {
    const { stdout } = await runCli(["key", "--help"]);
    const shown = matches(PAGE, /^\| `(--[a-z-]+)/gm);
    expect(shown.length).toBeGreaterThan(3);
    expect(shown.filter((option) => !stdout.includes(`${option} `))).toEqual([]);
  });

  test("shows programs that run", async () => {
    const programs = matches(PAGE, /^```js\n([\s\S]*?)^```$/gm);
    expect(programs).toHaveLength(2);
    const folder = mkdtempSync(join(tmpdir(), "passkey-harness-usbip-docs-"));
    const said: unknown[][] = [];
    try {
      const capture = join(PROJECT, "tests/transports/hid/captures/dumpcap.pcapng");
      writeFileSync(join(folder, "key.pcapng"), readFileSync(capture));
      for (const program of programs) {
        const body = program
          .replaceAll(/^import \{ createReadStream \}.*\n/gm, "")
          .replaceAll(/^import (\{[^}]*\}) from "(passkey-harness[^"]*)";$/gm, 'const $1 = modules["$2"];')
          .replace('"key.pcapng"', JSON.stringify(join(folder, "key.pcapng")));
        const modules = { "passkey-harness": root, "passkey-harness/sim": sim, "passkey-harness/hid": hid };
        const { createReadStream } = await import("node:fs");
        const log = { log: (...words: unknown[]) => said.push(words) };
        await new AsyncFunction("modules", "createReadStream", "console", body)(
          modules,
          createReadStream,
          log,
        );
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(said[0]?.[1]).toBe(false);
    expect(said.slice(1, 3).map((words) => words.slice(2, 4))).toEqual([
      ["out", "INIT"],
      ["in", "INIT"],
    ]);
  });
});

/** The constructor of asynchronous functions, which has no name of its own. */
const { constructor: AsyncFunction } = Object.getPrototypeOf(async () => {}) as {
  readonly constructor: new (...parts: string[]) => (...values: unknown[]) => Promise<void>;
};
