import { defineConfig, type Options } from "tsup";

/** Stay outside the bundle: users bring or omit them, and two copies of a native package would fight. */
const external = [
  "node-hid",
  "@abandonware/noble",
  "@stoprocent/noble",
  "@abandonware/bluetooth-hci-socket",
  "@homebridge/dbus-native",
  "ws",
  // What tests bring: the test runner that imports us, and what makes windows.
  "@playwright/test",
  "vitest",
  "expect",
  "jsdom",
  "happy-dom",
];

/** Published as ES modules only: a CommonJS loader such as jest's cannot require them, so the CommonJS build holds them. */
const esmOnly = [/^@noble\//];

const library: Options = {
  entry: {
    index: "src/index.ts",
    ctap: "src/entry/ctap.ts",
    hid: "src/entry/hid.ts",
    hybrid: "src/entry/hybrid.ts",
    webauthn: "src/entry/webauthn.ts",
    sim: "src/entry/sim.ts",
    scenarios: "src/entry/scenarios.ts",
    diagnosis: "src/entry/diagnosis.ts",
    incident: "src/entry/incident.ts",
    serve: "src/entry/serve.ts",
    rig: "src/entry/rig.ts",
    conformance: "src/entry/conformance.ts",
    measure: "src/entry/measure.ts",
    playwright: "src/entry/playwright.ts",
    vitest: "src/entry/vitest.ts",
    jest: "src/entry/jest.ts",
    "jest-globals": "src/entry/jest-globals.ts",
    "node-test": "src/entry/node-test.ts",
  },
  dts: true,
  clean: true,
  // One copy of every class for all entry points of one module system.
  splitting: true,
  target: "node20",
  sourcemap: true,
  external,
};

export default defineConfig([
  { ...library, format: ["esm"] },
  { ...library, format: ["cjs"], noExternal: esmOnly, clean: false },
  {
    entry: {
      cli: "src/cli/main.ts",
      "verdict-worker": "src/cli/verdict-worker.ts",
      "oracle-worker": "src/cli/oracle-worker.ts",
    },
    format: ["esm"],
    dts: false,
    clean: false,
    splitting: false,
    target: "node20",
    external,
  },
]);
