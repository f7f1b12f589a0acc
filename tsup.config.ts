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
    entry: { index: "src/index.ts", sim: "src/sim.ts", scenarios: "src/scenarios.ts" },
    format: ["esm", "cjs"],
    dts: true,
    clean: true,
    // One copy of every class for all three entry points of one module system.
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
