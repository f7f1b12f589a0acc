/** Rig files: what they may say, and how they are refused. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv";
import { describe, expect, test } from "vitest";
import { loadInventory, parseInventory } from "../../src/rig/inventory/inventory.js";
import { rigSchema } from "../../src/rig/inventory/rig-schema.js";
import { RigError } from "../../src/rig/rig-error.js";

const GOOD = {
  schema: 1,
  keys: [
    { label: "a", device: "serial:0123", labels: ["x5"], allow: ["reset"], controllerPort: 6 },
    { label: "b", device: "unix:/run/b" },
    { label: "c", device: "port:1-1.2" },
  ],
  phones: [{ label: "pixel", by: "adb", serial: "R58M" }],
  fingers: [
    { key: "a", by: "command", press: ["touch", "{holdMs}"] },
    { key: "b", by: "control", path: "/run/b.control" },
  ],
  powerSwitches: [{ key: "a", by: "uhubctl", hub: "1-1", port: 2 }],
};

const accepts = new Ajv().compile(rigSchema());

const refusal = (value: unknown): RigError => {
  try {
    parseInventory(value, "rig.json");
  } catch (error) {
    if (error instanceof RigError) return error;
    throw error;
  }
  throw new Error("was accepted");
};

test("a good one is read, and its state is beside it", () => {
  expect(accepts(GOOD)).toBe(true);
  const inventory = parseInventory(GOOD, "/etc/rig.json");
  expect(inventory.state).toBe("/etc/rig.json.state");
  expect(inventory.keys.map(({ label }) => label)).toEqual(["a", "b", "c"]);
});

/** What the schema says as well, and what only the reader can say. */
const BAD: readonly (readonly [
  name: string,
  value: unknown,
  code: string,
  path: string,
  bySchema: boolean,
])[] = [
  ["another version", { schema: 2 }, "RIG_FILE_BAD_VALUE", "/schema", true],
  ["no version", {}, "RIG_FILE_MISSING_MEMBER", "/schema", true],
  ["unknown member", { schema: 1, key: [] }, "RIG_FILE_UNKNOWN_MEMBER", "/key", true],
  [
    "unknown member of a key",
    { schema: 1, keys: [{ label: "a", device: "any", alow: ["reset"] }] },
    "RIG_FILE_UNKNOWN_MEMBER",
    "/keys/0/alow",
    true,
  ],
  [
    "unknown operation",
    { schema: 1, keys: [{ label: "a", device: "any", allow: ["rset"] }] },
    "RIG_FILE_BAD_VALUE",
    "/keys/0/allow/0",
    true,
  ],
  [
    "bad selector",
    { schema: 1, keys: [{ label: "a", device: "usb0" }] },
    "RIG_FILE_BAD_VALUE",
    "/keys/0/device",
    true,
  ],
  [
    "finger by nothing known",
    { schema: 1, keys: [{ label: "a", device: "any" }], fingers: [{ key: "a", by: "robot" }] },
    "RIG_FILE_BAD_VALUE",
    "/fingers/0/by",
    true,
  ],
  [
    "label twice",
    { schema: 1, keys: [{ label: "a", device: "any" }], phones: [{ label: "a", by: "user" }] },
    "RIG_FILE_LABEL_TWICE",
    "/phones/0/label",
    false,
  ],
  [
    "finger for no key",
    { schema: 1, keys: [{ label: "a", device: "any" }], fingers: [{ key: "z", by: "user" }] },
    "RIG_FILE_NO_SUCH_KEY",
    "/fingers/0/key",
    false,
  ],
  [
    "two fingers on one key",
    {
      schema: 1,
      keys: [{ label: "a", device: "any" }],
      fingers: [
        { key: "a", by: "user" },
        { key: "a", by: "user" },
      ],
    },
    "RIG_FILE_NO_SUCH_KEY",
    "/fingers/1/key",
    false,
  ],
  ["a list", [], "RIG_FILE_WRONG_TYPE", "", true],
];

describe("refused, with the place", () => {
  test.each(BAD)("%s", (_, value, code, path, bySchema) => {
    expect(refusal(value)).toMatchObject({ code, path });
    expect(accepts(value)).toBe(!bySchema);
  });

  test("names what is near", () => {
    const { hint } = refusal({ schema: 1, keys: [{ label: "a", device: "any", alow: [] }] });
    expect(hint).toBe("did you mean allow?");
  });

  test("a file that is missing, or no JSON", () => {
    const folder = mkdtempSync(join(tmpdir(), "rig-"));
    const path = join(folder, "rig.json");
    expect(() => loadInventory(path)).toThrow(expect.objectContaining({ code: "RIG_FILE_UNREADABLE" }));
    writeFileSync(path, '{ "schema": 1, "token": SECRET');
    expect(() => loadInventory(path)).toThrow(expect.objectContaining({ code: "RIG_FILE_NOT_JSON" }));
    expect(() => loadInventory(path)).not.toThrow(/SECRET/);
  });
});
