/** Holds package.json and the lockfile to what docs/decisions/dependencies.md promises. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { nativePackages } from "../../lab/native-packages.js";

const PROJECT = resolve(import.meta.dirname, "../..");
const read = (file: string): unknown => JSON.parse(readFileSync(join(PROJECT, file), "utf8"));

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
}

interface LockEntry {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const manifest = read("package.json") as Manifest;
const lock = read("package-lock.json") as {
  readonly packages: Readonly<Record<string, LockEntry>>;
};

/** Test runners that import us, and what makes windows: whoever has them has them already. */
const OF_TEST_SUITES = ["@playwright/test", "happy-dom", "jest", "jsdom", "vitest"];

test("native packages are optional peers, each with a version the lab is run with", () => {
  const peers = Object.keys(manifest.peerDependencies);
  expect(peers.filter((name) => !OF_TEST_SUITES.includes(name))).toEqual(Object.keys(nativePackages()));
  expect(manifest.peerDependenciesMeta).toEqual(
    Object.fromEntries(peers.map((name) => [name, { optional: true }])),
  );
  expect(manifest.optionalDependencies).toBeUndefined();
});

test("an ordinary install brings none of them", () => {
  const installed = Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, ""));
  const natives = Object.keys(nativePackages());
  expect(installed.filter((name) => natives.includes(name))).toEqual([]);
});

test("the lockfile names no registry and covers every platform", () => {
  const entries = Object.entries(lock.packages);
  expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  const paths = Object.keys(lock.packages);
  const optional = entries.flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}));
  expect(optional.length).toBeGreaterThan(30);
  expect(optional.filter((name) => !paths.some((path) => path.endsWith(`node_modules/${name}`)))).toEqual([]);
});
