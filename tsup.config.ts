import { defineConfig } from "tsup";

/** Stay outside the bundle: users bring or omit them, and two copies of a native package would fight. */
const external = [
  "node-hid",
  "@abandonware/noble",
  "@stoprocent/noble",
  "@abandonware/bluetooth-hci-socket",
  "@homebridge/dbus-native",
  "ws",
  "cbor-x",
];

export default defineConfig([
  {
    entry: {
      index: "src/index.ts",
      ctap: "src/entry/ctap.ts",
      hid: "src/entry/hid.ts",
      hybrid: "src/entry/hybrid.ts",
      webauthn: "src/entry/webauthn.ts",
      sim: "src/entry/sim.ts",
      scenarios: "src/entry/scenarios.ts",
      diagnosis: "src/entry/diagnosis.ts",
    },
    format: ["esm", "cjs"],
    dts: true,
    clean: true,
    // One copy of every class for all entry points of one module system.
    splitting: true,
    target: "node20",
    sourcemap: true,
    external,
  },
  {
    entry: { cli: "src/cli/main.ts", "verdict-worker": "src/cli/verdict-worker.ts" },
    format: ["esm"],
    dts: false,
    clean: false,
    splitting: false,
    target: "node20",
    external,
  },
]);
