import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");

/** Who may lean on whom. A folder may import itself and what is listed; nothing else. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  cbor: ["core"],
  crypto: ["core"],
  ctap: ["core", "cbor", "crypto"],
  transports: ["core", "ctap"],
  hybrid: ["core", "cbor", "crypto", "ctap"],
  webauthn: ["core", "cbor", "crypto", "ctap"],
  sim: ["core", "cbor", "crypto", "ctap", "transports", "hybrid", "webauthn"],
  rig: ["core", "cbor", "crypto", "ctap", "transports", "hybrid", "webauthn"],
  scenarios: ["core", "ctap", "webauthn", "sim"],
  runners: ["index"],
  cli: ["index", "runners"],
};

/** Entry points re-export rooms and hold no code; they are not part of the table. */
const ENTRY_POINTS = ["index.ts", "sim.ts", "scenarios.ts"];

const LINES_MAX = 400;

/** Words that reach past the seams, and the only files that may use them. */
const RESERVED: readonly { readonly word: RegExp; readonly allowedIn: readonly string[] }[] = [
  {
    word: /\b(setTimeout|setInterval|performance\.now|Date\.now|new Date\(\))/,
    allowedIn: ["core/clock.ts"],
  },
  { word: /\b(Math\.random|getRandomValues|randomBytes)\b/, allowedIn: ["core/entropy.ts"] },
  { word: /\bcrypto\.subtle\b/, allowedIn: [] },
  { word: /from "@noble\//, allowedIn: ["crypto/"] },
  { word: /["']node:zlib["']/, allowedIn: ["ctap/deflate.ts"] },
  {
    word: /["']node:crypto["']/,
    allowedIn: ["core/entropy.ts", "core/credential-tag.ts", "crypto/", "webauthn/rp/"],
  },
  { word: /["']node-hid["']/, allowedIn: ["transports/hid/node-hid.ts"] },
  { word: /["']@\w+\/noble["']/, allowedIn: ["hybrid/ble-noble.ts"] },
  { word: /["']@abandonware\/bluetooth-hci-socket["']/, allowedIn: ["hybrid/hci.ts"] },
  { word: /["']@homebridge\/dbus-native["']/, allowedIn: ["hybrid/bluez.ts"] },
  {
    word: /["']ws["']/,
    allowedIn: [
      "hybrid/tunnel-ws.ts",
      "hybrid/ws-tunnel.ts",
      "sim/expose/tunnel-ws.ts",
      "sim/expose/ws-relay-side.ts",
    ],
  },
  { word: /["'](uqr|qr\/decode\.js|pngjs)["']/, allowedIn: ["cli/"] },
  { word: /\b(console\.|process\.)/, allowedIn: ["cli/"] },
];

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, source: readFileSync(join(SRC, path), "utf8") }));

const withoutComments = (source: string) => source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");

const folderOf = (path: string) =>
  path.includes("/") ? (path.split("/")[0] as string) : path.replace(/\.ts$/, "");

describe.each(files)("src/$path", ({ path, source }) => {
  test("imports only from below", () => {
    if (ENTRY_POINTS.includes(path)) return;
    const from = folderOf(path);
    const imported = [...source.matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)].map(([, target]) =>
      folderOf(relative(SRC, resolve(SRC, dirname(path), target as string)).replace(/\.js$/, ".ts")),
    );
    const forbidden = imported.filter((to) => to !== from && !MAY_IMPORT[from]?.includes(to));
    expect(
      forbidden,
      `${from} may import ${MAY_IMPORT[from]?.join(", ") ?? "nothing: unknown folder"}`,
    ).toEqual([]);
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

test.each(ENTRY_POINTS)("src/%s only re-exports", (path) => {
  const source = files.find((file) => file.path === path)?.source;
  expect(source, `${path} is an entry point`).toBeDefined();
  const statements = withoutComments(source as string)
    .split(";")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
  expect(statements.filter((statement) => !/^export (type )?(\{|\*)/.test(statement))).toEqual([]);
});

test("imports no cycle between files", () => {
  const graph = new Map(
    files.map(({ path, source }) => [
      path,
      [...withoutComments(source).matchAll(/^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)"/gm)].map(
        ([, target]) => relative(SRC, resolve(SRC, dirname(path), target as string)).replace(/\.js$/, ".ts"),
      ),
    ]),
  );
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
