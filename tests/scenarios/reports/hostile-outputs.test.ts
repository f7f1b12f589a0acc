import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/core/bytes.js";
import { describeRecord } from "../../../src/core/events/describe.js";
import { EVENTS } from "../../../src/core/events/table.js";
import type { TraceRecord } from "../../../src/core/trace.js";
import { tell } from "../../../src/diagnosis/tellings/tell.js";
import { toGitHub } from "../../../src/scenarios/reports/github.js";
import { toHtml } from "../../../src/scenarios/reports/html.js";
import { toJUnit } from "../../../src/scenarios/reports/junit.js";
import { toText } from "../../../src/scenarios/reports/report.js";
import { CredentialStore } from "../../../src/sim/authenticator/store/credential-store.js";
import { encodeStore } from "../../../src/sim/authenticator/store/store-file.js";
import { startQrInitiated } from "../../../src/hybrid/qr-initiated.js";
import { HybridBench } from "../../hybrid/hybrid-bench.js";
import { runCli } from "../../helpers/run-cli.js";
import { BenchKey, PIN } from "../../sim/authenticator/bench-key.js";
import { hostileRun } from "./hostile.js";

/** Steers a terminal's window title, starts a workflow command, turns the direction of the text. */
const EVIL = "\u001b]0;owned\u0007\u009b31m\n::error::owned\r\u202e";

/** What no output may hold; line feeds are the outputs' own. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;

function expectHarmless(output: string): void {
  expectNoSteering(output);
  expect(output.split("\n").filter((line) => line.startsWith("::error::owned"))).toEqual([]);
}

function expectNoSteering(output: string): void {
  expect(STEERING.exec(output)?.[0]).toBeUndefined();
}

/** Without the colours of the report's own. */
function withoutStyle(text: string): string {
  // eslint-disable-next-line no-control-regex -- the escape character is what it looks for
  return text.replaceAll(/\u001b\[(0|1|2|31|32)m/g, "");
}

describe("a hostile run", () => {
  // Files are not read for workflow commands; `html.test.ts` and `junit.test.ts` hold their markup.
  test("steers nobody through files of markup", () => {
    expectNoSteering(toHtml(hostileRun()));
    expectNoSteering(toJUnit([hostileRun()]));
  });

  test.each([
    ["toText", (run: ReturnType<typeof hostileRun>) => toText(run)],
    ["toText in colour", (run: ReturnType<typeof hostileRun>) => withoutStyle(toText(run, { color: true }))],
    ["toGitHub", (run: ReturnType<typeof hostileRun>) => toGitHub([run]).summary],
    ["annotations", (run: ReturnType<typeof hostileRun>) => toGitHub([run]).annotations.join("\n")],
  ])("steers nobody through %s", (_, render) => {
    expectHarmless(render(hostileRun()));
  });
});

test("describeRecord escapes every text of every kind of record", () => {
  for (const [kind, { members }] of Object.entries(EVENTS)) {
    const values = Object.fromEntries(Object.keys(members).map((name) => [name, EVIL]));
    const record = { atMs: 0, actor: "x", span: "run", ...values, kind } as unknown as TraceRecord;
    let text: string | undefined;
    try {
      text = describeRecord(record);
    } catch {
      // A member that is a number or a list is neither here; those kinds are met by their texts elsewhere.
      continue;
    }
    if (text !== undefined)
      expect([kind, text]).toEqual([kind, text.replace(STEERING, "").replace("\n", "")]);
  }
});

test("a relay's close reason is text in the error it ends in", async () => {
  const bench = new HybridBench({
    dialer: () => ({
      open: async () => ({
        tunnel: {
          closed: Promise.resolve({ code: 4000, reason: EVIL }),
          send: () => undefined,
          receive: async () => undefined,
          close: () => undefined,
        },
        header: () => [],
      }),
    }),
  });
  const { device, qr } = startQrInitiated(bench.client, bench.ports);
  void bench.scan(qr);
  const error = await bench.run(device.ready().then(undefined, (reason: unknown) => reason as Error));
  expect(error).toMatchObject({ code: "TUNNEL_CLOSED" });
  expectHarmless((error as Error).message);
  expect((error as Error).message).not.toContain("\n");
});

describe("the program", () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "passkey-harness-hostile-"));
    const store = new CredentialStore();
    const bench = new BenchKey({ store });
    await bench.made({ user: { id: utf8("u"), name: EVIL }, options: { rk: true } });
    await bench.setPin();
    writeFileSync(at("key.json"), encodeStore(store.snapshot()));
    writeFileSync(at("pin"), `${PIN}\n`);
    writeFileSync(
      at("trace.jsonl"),
      hostileRun()
        .records.map((one) => JSON.stringify(one))
        .join("\n"),
    );
    writeFileSync(
      at("story.json"),
      JSON.stringify({
        extends: "late-delivery",
        title: `x${EVIL}`,
        story: EVIL,
        knobs: { "page.guardMs": 45_000 },
      }),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ["credentials list", ["credentials", "list", "--store", "key.json", "--pin-file", "pin"]],
    [
      "credentials list as JSON",
      ["credentials", "list", "--store", "key.json", "--pin-file", "pin", "--json"],
    ],
    ["replay", ["replay", "trace.jsonl"]],
    ["replay as JSON", ["replay", "trace.jsonl", "--json"]],
    ["replay for the customer", ["replay", "trace.jsonl", "--for", "customer"]],
    ["replay for the support desk", ["replay", "trace.jsonl", "--for", "support"]],
    ["run", ["run", "story.json"]],
    ["run as JSON", ["run", "story.json", "--json"]],
    ["login", ["login", "--store", "key.json", "--pin-file", "pin"]],
  ])("%s hands no text of a file to the terminal as it is", async (_, args) => {
    const files = ["key.json", "pin", "trace.jsonl", "story.json"];
    const { stdout, stderr } = await runCli(args.map((word) => (files.includes(word) ? at(word) : word)));
    expectHarmless(stdout);
    expectHarmless(stderr);
    expect(stdout).not.toBe("");
  });
});

test("what is told of a hostile ceremony stays in its lines", () => {
  for (const ceremony of hostileRun().explanation.ceremonies) {
    expect(() => tell(ceremony, "engineer", { language: "en" })).not.toThrow();
  }
});
