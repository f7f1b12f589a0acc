import type { MemberShape, ObjectShape, Shape } from "../../core/shape.js";

/** Version of the rig file's format. */
export const RIG_FILE_SCHEMA = 1;

/** What may be done to a key that cannot be taken back, or that changes it for its next user. */
export const OPERATIONS = [
  "reset",
  "setPin",
  "changePin",
  "createCredentials",
  "deleteCredentials",
  "updateCredentials",
  "enrollFingerprints",
  "deleteFingerprints",
  "config",
  "writeLargeBlobs",
] as const;

const LABEL: Shape = {
  type: "text",
  pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
  wanted: "a name of letters, digits and . _ -, at most 64,",
};

/** How a key is found again after it was plugged in anew. */
const SELECTOR: Shape = {
  type: "text",
  pattern: "^(serial:.+|aaguid:[0-9a-fA-F-]{32,36}|port:[0-9]+-[0-9.]+|hid:.+|udp:.+:[0-9]+|unix:.+|any)$",
  wanted: "serial:TEXT, aaguid:UUID, port:BUS-PORT, hid:PATH, udp:HOST:PORT, unix:PATH or any",
  doc: "serial:TEXT, aaguid:UUID, port:BUS-PORT (1-1.2), hid:PATH, udp:HOST:PORT, unix:PATH or any",
};

const TEXT: Shape = { type: "text", pattern: "\\S", wanted: "a text that is not empty" };
const PORT: Shape = { type: "integer", min: 0, max: 65_535 };
const MS: Shape = { type: "integer", min: 0, max: 600_000 };
const URL_TEXT: Shape = {
  type: "text",
  pattern: "^https?://\\S+$",
  wanted: "an address that begins with http://",
};
const REPORT: Shape = {
  type: "text",
  pattern: "^([0-9a-fA-F]{2}){1,64}$",
  wanted: "a report of 1 to 64 bytes in hex digits",
};
const ARGV: Shape = {
  type: "list",
  of: { type: "text" },
  atLeast: 1,
  doc: "a program and its arguments; no shell reads them. {holdMs} stands for the milliseconds of the press",
};

const optional = (shape: Shape): MemberShape => ({ ...shape, optional: true });
const labels = optional({ type: "list", of: LABEL, doc: "what jobs ask for, beside the label itself" });

const KEY: ObjectShape & { readonly named: string } = {
  type: "object",
  named: "key",
  members: {
    label: LABEL,
    device: SELECTOR,
    labels,
    allow: optional({
      type: "list",
      of: { type: "word", words: OPERATIONS },
      doc: "what jobs may do to it; nothing of this where absent",
    }),
    controllerPort: optional({ ...PORT, doc: "its number where other tools press it, as in /usb6/touch/on" }),
    holdMs: optional({ ...MS, doc: "how long a press lasts where the key asks for no longer one (200)" }),
  },
};

/** Ways to do something, told apart by the member `by`. */
function ways(prefix: string, rows: Readonly<Record<string, Readonly<Record<string, MemberShape>>>>): Shape {
  return {
    type: "tagged",
    tag: "by",
    prefix,
    choices: Object.fromEntries(
      Object.entries(rows).map(([by, members]) => [
        by,
        { type: "object", members: { by: { type: "word", words: [by] }, ...members } } as const,
      ]),
    ),
  };
}

const HTTP = {
  protocol: {
    type: "word",
    words: ["controller", "conformance"],
    doc: "controller: /usbN/touch/on of python-fido2's device tests; conformance: that of FIDO's conformance tools",
  },
  url: URL_TEXT,
  port: optional({ ...PORT, doc: "N in /usbN/; 6 when absent" }),
} as const;

const key = { key: { ...LABEL, doc: "label of the key it belongs to" } } as const;
const control = { path: { ...TEXT, doc: "socket of passkey-harness key --control unix:PATH" } } as const;

const FINGER = ways("finger by ", {
  command: { ...key, press: ARGV, release: optional(ARGV) },
  http: { ...key, ...HTTP },
  board: {
    ...key,
    device: { ...TEXT, doc: "path of the board's HID device" },
    down: { ...REPORT, doc: "report that lays the finger on" },
    up: { ...REPORT, doc: "report that lifts it" },
  },
  control: { ...key, ...control },
  user: { ...key },
});

const POWER_SWITCH = ways("power switch by ", {
  command: { ...key, off: ARGV, on: ARGV },
  uhubctl: {
    ...key,
    hub: { type: "text", pattern: "^[0-9]+(-[0-9.]+)?$", wanted: "a hub as uhubctl names it, such as 1-1," },
    port: { type: "integer", min: 1, max: 255 },
    program: optional(TEXT),
  },
  http: { ...key, ...HTTP },
  control: { ...key, ...control },
});

const label = { label: LABEL, labels } as const;

const PHONE = ways("phone by ", {
  adb: { ...label, serial: TEXT, program: optional(TEXT) },
  user: { ...label, waitMs: optional(MS) },
  linked: { ...label, links: { ...TEXT, doc: "file of passkey-harness links" }, name: TEXT },
});

/** Everything a rig file may say. */
export const RIG_SHAPE: ObjectShape = {
  type: "object",
  members: {
    $schema: optional({ type: "text" }),
    schema: { type: "word", words: [RIG_FILE_SCHEMA] },
    state: optional({ ...TEXT, doc: "folder with leases, ledger and evidence; FILE.state when absent" }),
    keys: optional({ type: "list", of: KEY }),
    phones: optional({ type: "list", of: PHONE }),
    fingers: optional({ type: "list", of: FINGER }),
    powerSwitches: optional({ type: "list", of: POWER_SWITCH }),
  },
};
