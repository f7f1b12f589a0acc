import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

/** Somebody else's program that runs unmodified beside ours in tests. */
export interface Peer {
  readonly name: string;
  /** Debian packages and packages of npm, any of which gives the version. */
  readonly debian?: string;
  readonly npm?: string;
  readonly what: string;
  /** Test files, from the project's root. */
  readonly files: readonly string[];
}

/** The peers there are, and the tests that run each of them. */
export const PEERS: readonly Peer[] = [
  {
    name: "libfido2",
    debian: "libfido2-1",
    what: "its client registers, signs in, sets PINs, manages credentials, fingerprints and large blobs on a simulated key",
    files: ["tests/interop/libfido2.test.ts"],
  },
  {
    name: "python-fido2",
    debian: "python3-fido2",
    what: "its client and its server do the same, with extensions and enterprise attestation",
    files: ["tests/interop/python-fido2.test.ts"],
  },
  {
    name: "fido2-token, fido2-cred, fido2-assert",
    debian: "fido2-tools",
    what: "the command-line tools find a simulated key in the kernel, and use it",
    files: ["tests/lab/fido2-token.test.ts", "tests/lab/fido2-sites.test.ts"],
  },
  {
    name: "Chromium",
    debian: "chromium",
    what: "converts page options as ours does; registers and signs in with a simulated key in the kernel and with a simulated phone",
    files: [
      "tests/webauthn/options/chromium-live.test.ts",
      "tests/scenarios/reports/html-page.test.ts",
      "tests/lab/chromium-usb.test.ts",
      "tests/lab/chromium-hybrid.test.ts",
    ],
  },
  {
    name: "Firefox",
    debian: "firefox-esr",
    what: "registers and signs in with a simulated key in the kernel",
    files: ["tests/lab/firefox-usb.test.ts"],
  },
  {
    name: "SimpleWebAuthn server",
    npm: "@simplewebauthn/server",
    what: "verifies what our clients, keys and phones make, and judges thousands of spoilt responses beside our relying party",
    files: [
      "tests/webauthn/end-to-end.test.ts",
      "tests/webauthn/u2f-end-to-end.test.ts",
      "tests/webauthn/rp/verify-assertion.test.ts",
      "tests/hybrid/ceremony.test.ts",
      "tests/hybrid/real-sockets.test.ts",
      "tests/sim/authenticator/oracle.test.ts",
      "tests/sim/rp/site.test.ts",
    ],
  },
  {
    name: "BlueZ",
    debian: "bluez",
    what: "advertises and hears adverts over two virtual controllers, beside its own daemon",
    files: ["tests/lab/radio.test.ts", "tests/lab/bluez-radio.test.ts", "tests/hybrid/bluez-bus.test.ts"],
  },
  {
    name: "noble",
    npm: "@abandonware/noble",
    what: "hears adverts of a simulated phone over a virtual controller, without BlueZ",
    files: ["tests/lab/radio.test.ts", "tests/lab/bluez-radio.test.ts"],
  },
  {
    name: "node-hid",
    npm: "node-hid",
    what: "finds, opens and uses a simulated key in the kernel",
    files: ["tests/lab/node-hid.test.ts"],
  },
  {
    name: "tshark",
    debian: "tshark",
    what: "dissects our captures",
    files: ["tests/scenarios/reports/pcapng.test.ts"],
  },
  {
    name: "cbor-x",
    npm: "cbor-x",
    what: "reads what our CBOR writes, and the other way round",
    files: ["tests/cbor/codec.prop.test.ts"],
  },
];

/** What became of the tests of one file, in one run. */
export interface FileResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Day of the run, ISO 8601. */
  readonly on: string;
}

/** The last recorded run: versions by peer, results by test file. */
export interface InteropResult {
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, FileResult>>;
}

/** Where the recorded runs are kept. */
export const RESULT_PATH = join(ROOT, "docs/interop.json");

/** Reads the recorded runs. */
export function readResult(): InteropResult {
  return JSON.parse(readFileSync(RESULT_PATH, "utf8")) as InteropResult;
}
