import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");

/** Rooms that each room may import, beside itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  cbor: ["core"],
  crypto: ["core"],
  env: ["core", "crypto"],
  ctap: ["core", "cbor", "crypto"],
  transports: ["core", "ctap"],
  hybrid: ["core", "cbor", "crypto", "ctap"],
  webauthn: ["core", "cbor", "crypto", "ctap"],
  // Devices under test are real or simulated: what simulates them is no part of the judgement.
  conformance: ["core", "cbor", "crypto", "ctap", "transports", "webauthn"],
  measure: ["core", "ctap", "transports"],
  diagnosis: ["core"],
  // Reads logs of real incidents; nothing in it is simulated.
  incident: ["core", "cbor", "ctap", "transports", "webauthn", "diagnosis"],
  // Judges the diagnosis, and so shares nothing with it: records, ledger and runs reach it through its own types.
  oracle: ["core"],
  sim: ["core", "cbor", "crypto", "ctap", "transports", "hybrid", "webauthn", "diagnosis", "env"],
  scenarios: ["core", "ctap", "webauthn", "sim", "diagnosis", "oracle", "env"],
  // A page under test in the simulation's world: what is real is the page and its site.
  page: ["core", "env", "ctap", "webauthn", "sim", "diagnosis", "scenarios"],
  // Suites in other languages reach the page's room over HTTP.
  serve: ["core", "webauthn", "sim", "scenarios", "page", "loopback"],
  // What servers for this machine have in common.
  loopback: ["core"],
  // Hardware of this machine and those who share it; knows no simulation.
  rig: ["core", "cbor", "crypto", "ctap", "transports", "hybrid", "webauthn", "loopback"],
  cli: ["core", "index", "entry"],
};

/** Folders below a room that may import only some folders of that room; a folder not listed may import all of them. */
const WITHIN_ROOM: Readonly<Record<string, readonly string[]>> = {
  "crypto/node": ["crypto", "crypto/noble"],
  "crypto/noble": ["crypto"],
  "ctap/messages": ["ctap"],
  "ctap/client": ["ctap", "ctap/messages", "ctap/extensions"],
  "ctap/u2f": ["ctap", "ctap/messages", "ctap/client"],
  "hybrid/protocol": [],
  "hybrid/relay": ["hybrid", "hybrid/protocol"],
  "hybrid/adapters": ["hybrid", "hybrid/protocol"],
  "webauthn/profiles": ["webauthn"],
  "webauthn/rp": ["webauthn", "webauthn/rp/attestation", "webauthn/rp/trust", "webauthn/rp/metadata"],
  "webauthn/rp/trust": ["webauthn/rp"],
  "webauthn/rp/metadata": ["webauthn/rp", "webauthn/rp/attestation", "webauthn/rp/trust"],
  "diagnosis/facts": ["diagnosis"],
  "oracle/causes": [],
  "diagnosis/clocks": ["diagnosis", "diagnosis/facts"],
  "diagnosis/schema-1": ["diagnosis", "diagnosis/facts"],
  "diagnosis/rules": ["diagnosis", "diagnosis/facts"],
  // Files for other programs are folds over records and the verdict.
  "diagnosis/outputs": ["diagnosis", "diagnosis/facts"],
  // Messages are data: they know their shape, and no code but that.
  "diagnosis/tellings/en": ["diagnosis/tellings"],
  "diagnosis/tellings/ja": ["diagnosis/tellings"],
  // The registry is the union of the tables beside the actors; see below.
  "sim/knobs": [
    "sim",
    "sim/browser",
    "sim/factors",
    "sim/faults",
    "sim/hid",
    "sim/hybrid",
    "sim/phone",
    "sim/rp",
  ],
  "sim/profiles": ["sim"],
  "sim/hid": ["sim", "sim/authenticator", "sim/profiles", "sim/knobs"],
  "sim/phone": ["sim", "sim/hybrid", "sim/knobs"],
  "sim/attached-rp": ["sim", "sim/rp", "sim/knobs"],
  // Bundled for the pages under test: nothing of the harness but the protocol.
  "page/injected": ["page"],
  "page/matchers": ["page"],
  "page/window": ["page"],
  "page/playwright": ["page", "page/matchers"],
  "page/runners": ["page", "page/matchers", "page/window"],
  "scenarios/files": ["scenarios", "scenarios/catalogue", "scenarios/reports"],
};

/** Entry points re-export rooms and hold no code; they are not part of the table. */
const ENTRY_POINTS = ["index.ts", ...readdirSync(join(SRC, "entry")).map((name) => `entry/${name}`)];

const LINES_MAX = 400;

/** What only Node has. Everything else is bundled for browsers; of `x.ts` listed here there is an `x.browser.ts`. */
const NODE_ONLY = [
  "cli/",
  "transports/",
  "hybrid/adapters/",
  "sim/expose/",
  "serve/",
  "loopback/",
  "rig/",
  "crypto/node/",
  "crypto/is-prime.ts",
  "core/host-crypto.ts",
  "ctap/client/deflate.ts",
  "webauthn/rp/x509.ts",
  "page/runners/given-globals.ts",
  "page/runners/node-test.ts",
  "page/runners/suite.ts",
];

/** Pure functions that no environment is handed to: they have the default cryptography, or take another as an option. */
const WITHOUT_ENV = ["ctap/messages/cose.ts", "hybrid/protocol/qr.ts", "webauthn/rp/"];

/** Words that reach past the seams, and the only files that may use them. */
const RESERVED: readonly { readonly word: RegExp; readonly allowedIn: readonly string[] }[] = [
  {
    word: /\b(setTimeout|setInterval|performance\.now|Date\.now|new Date\(\))/,
    // The injected script replaces a window's timers.
    allowedIn: [
      "core/clock.ts",
      "core/host-timers.ts",
      "page/injected/",
      "page/script-text.ts",
      // Text for a page: looks whose timers it has.
      "page/playwright/check-timers.ts",
      "rig/page/status-page.ts",
    ],
  },
  {
    word: /\b(Math\.random|getRandomValues|randomBytes)\b/,
    allowedIn: [
      ...["core/host-crypto.ts", "core/host-crypto.browser.ts", "core/entropy.ts"],
      // A document has no Env before it can speak, and speaks by its name.
      ...["page/injected/install.ts", "page/injected/realm.ts", "page/script-text.ts"],
    ],
  },
  { word: /\bcrypto\.subtle\b/, allowedIn: [] },
  // Leaves an entry on each source for as long as that lives; joinedSignal does not.
  { word: /\bAbortSignal\.any\b(?!`)/, allowedIn: [] },
  { word: /from "@noble\//, allowedIn: ["crypto/", "core/host-crypto.browser.ts"] },
  { word: /\bdefaultCrypto\b/, allowedIn: ["crypto/", "env/", "entry/ctap.ts", ...WITHOUT_ENV] },
  { word: /["']node:zlib["']/, allowedIn: ["ctap/client/deflate.ts"] },
  {
    word: /["']node:crypto["']/,
    allowedIn: ["core/host-crypto.ts", "crypto/", "webauthn/rp/x509.ts"],
  },
  { word: /["']node:/, allowedIn: NODE_ONLY },
  { word: /\bBuffer\b/, allowedIn: [...NODE_ONLY, "crypto/aes-input.ts"] },
  { word: /["']node-hid["']/, allowedIn: ["transports/hid/node-hid.ts"] },
  { word: /["']@\w+\/noble["']/, allowedIn: ["hybrid/adapters/ble-noble.ts"] },
  { word: /["']@abandonware\/bluetooth-hci-socket["']/, allowedIn: ["hybrid/adapters/hci.ts"] },
  { word: /["']@homebridge\/dbus-native["']/, allowedIn: ["hybrid/adapters/bluez-bus.ts"] },
  {
    word: /["']ws["']/,
    allowedIn: [
      "hybrid/adapters/tunnel-ws.ts",
      "hybrid/adapters/ws-tunnel.ts",
      "sim/expose/tunnel-ws.ts",
      "sim/expose/ws-relay-side.ts",
    ],
  },
  { word: /["']@playwright\/test["']/, allowedIn: ["page/playwright/"] },
  { word: /["']vitest["']/, allowedIn: ["page/runners/vitest.ts"] },
  { word: /["'](uqr|qr\/decode\.js|pngjs)["']/, allowedIn: ["cli/"] },
  { word: /["']proper-lockfile["']/, allowedIn: ["cli/files/hold-lock.ts"] },
  { word: /\bconsole\.|(?<!-)\bprocess\./, allowedIn: ["cli/"] },
  // The terminal escapes what it prints; the prompt prints words of its own, and main flushes.
  {
    word: /\bconsole\.|\bstd(out|err)\.write\b/,
    allowedIn: ["cli/terminal.ts", "cli/ask-unseen.ts", "cli/main.ts"],
  },
];

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, source: readFileSync(join(SRC, path), "utf8") }));

const withoutComments = (source: string) => source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");

const roomOf = (path: string) =>
  path.includes("/") ? (path.split("/")[0] as string) : path.replace(/\.ts$/, "");

/** Files a file imports or re-exports from, types included, as paths below src/. */
const importsOf = ({ path, source }: { readonly path: string; readonly source: string }) =>
  [...withoutComments(source).matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)].map(([, target]) =>
    relative(SRC, resolve(SRC, dirname(path), target as string)).replace(/\.js$/, ".ts"),
  );

describe.each(files)("src/$path", ({ path, source }) => {
  const imported = importsOf({ path, source });

  test("imports only from below", () => {
    if (ENTRY_POINTS.includes(path)) return;
    const from = roomOf(path);
    const forbidden = imported.map(roomOf).filter((to) => to !== from && !MAY_IMPORT[from]?.includes(to));
    expect(
      forbidden,
      `${from} may import ${MAY_IMPORT[from]?.join(", ") ?? "nothing: unknown folder"}`,
    ).toEqual([]);
  });

  test("imports only the folders of its room that its own folder may know", () => {
    const from = dirname(path);
    const allowed = WITHIN_ROOM[from];
    if (allowed === undefined) return;
    const forbidden = imported
      .filter((to) => roomOf(to) === roomOf(path) && dirname(to) !== from)
      .filter((to) => !allowed.includes(dirname(to)));
    expect(forbidden, `${from} may import ${allowed.join(", ")}`).toEqual([]);
  });

  test(`fits in ${LINES_MAX} lines`, () => {
    expect(source.split("\n").length).toBeLessThanOrEqual(LINES_MAX);
  });

  test("takes time, chance and native packages only through the seams", () => {
    const code = withoutComments(source);
    const used = RESERVED.filter(
      ({ word, allowedIn }) => word.test(code) && !allowedIn.some((ok) => path.startsWith(ok)),
    );
    expect(used.map(({ word }) => word.source)).toEqual([]);
  });
});

test("what takes the default cryptography without an environment has none at hand", () => {
  const pure = files.filter(({ path }) => WITHOUT_ENV.some((allowed) => path.startsWith(allowed)));
  const withEnv = pure.filter((file) => importsOf(file).some((to) => to === "core/env.ts"));
  expect(withEnv.map(({ path }) => path)).toEqual([]);
});

describe("tables of knobs", () => {
  const isTable = (path: string) => /^sim\/(.+\/)?[a-z-]+-knobs\.ts$/.test(path);
  const outside = (path: string) => dirname(path) !== "sim/knobs";
  // Rules for knobs in front of a real site, not a table.
  const tables = files.filter(({ path }) => isTable(path) && path !== "sim/attached-rp/site-knobs.ts");

  test("are all that the registry takes from the actors", () => {
    const taken = files.filter(({ path }) => !outside(path)).flatMap(importsOf);
    const fromActors = taken.filter((path) => roomOf(path) === "sim" && outside(path));
    expect([...fromActors].sort()).toEqual(tables.map(({ path }) => path).sort());
  });

  test.each(tables)("$path builds on nothing that reads knobs", (table) => {
    const allowed = ["sim/knobs/knob-spec.ts", "sim/knobs/option-rows.ts", "sim/profiles/profiles.ts"];
    expect(importsOf(table).filter((path) => roomOf(path) === "sim" && !allowed.includes(path))).toEqual([]);
  });
});

test.each(ENTRY_POINTS)("src/%s only re-exports", (path) => {
  const source = files.find((file) => file.path === path)?.source;
  expect(source, `${path} is an entry point`).toBeDefined();
  const statements = withoutComments(source as string)
    .split(";")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
  expect(statements.filter((statement) => !/^export (type )?(\{|\*)/.test(statement))).toEqual([]);
});

test("imports no cycle between files, of values or of types", () => {
  const graph = new Map(files.map((file) => [file.path, importsOf(file)]));
  const state = new Map<string, "open" | "done">();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
      return;
    }
    state.set(path, "open");
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    state.set(path, "done");
  };
  for (const path of graph.keys()) visit(path, []);
  expect(cycles).toEqual([]);
});

describe("every folder has a README that says where to start", () => {
  const folders = [...new Set(files.map(({ path }) => dirname(path)))].filter(
    (folder) => folder !== "." && !folder.startsWith("scenarios/catalogue/") && folder !== "entry",
  );

  test.each(folders)("src/%s", (folder) => {
    const text = readFileSync(join(SRC, folder, "README.md"), "utf8");
    expect(text.split("\n").length).toBeLessThanOrEqual(12);
    const [, doors = ""] = /^- Start reading at: (.*)$/m.exec(text) ?? [];
    const named = [...doors.matchAll(/[\w./-]+\.ts\b/g)].map(([name]) => join(SRC, folder, name));
    expect(named.length, "names a file").toBeGreaterThan(0);
    expect(named.filter((file) => !existsSync(file))).toEqual([]);
    const [, where = ""] = /^- Tests: (.*)\.$/m.exec(text) ?? [];
    expect(existsSync(join(SRC, "..", where)), `${where} is there`).toBe(true);
  });
});

/** Words that docs/glossary.md replaces by standard terms. */
const REPLACED =
  /\b(persons?|somebody|whoever|moody|mortal|dawdl\w*|turnstile|mailbox|workbench|workplace|keepers?|bystanders?|spoil\w*|untold)\b/i;

test.each(files.filter(({ path }) => !path.startsWith("scenarios/catalogue/")))(
  "src/$path uses the glossary's words in names and comments",
  ({ source }) => {
    // Texts are data, and some quote what a report or a trace of an earlier schema says.
    const lines = source.split("\n").map((line) => line.replaceAll(/"[^"]*"|`[^`]*`/g, ""));
    expect(lines.filter((line) => REPLACED.test(line))).toEqual([]);
  },
);
