import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { jsonPointer, Place, type ShapeCodes } from "../../core/place.js";
import { readShape } from "../../core/read-shape.js";
import { RigError, type RigErrorCode } from "../rig-error.js";
import { type OPERATIONS, RIG_SHAPE } from "./inventory-shape.js";

/** An operation that a rig file has to allow before a job may ask a key for it. */
export type Operation = (typeof OPERATIONS)[number];

/** A security key, real or simulated. */
export interface RigKey {
  readonly label: string;
  /** `serial:`, `aaguid:`, `port:`, `hid:`, `udp:`, `unix:` and what follows, or `any`. */
  readonly device: string;
  readonly labels?: readonly string[];
  readonly allow?: readonly Operation[];
  readonly controllerPort?: number;
  /** Of a press where the key asks for no longer one, in milliseconds. */
  readonly holdMs?: number;
}

interface OverHttp {
  readonly by: "http";
  readonly protocol: "controller" | "conformance";
  readonly url: string;
  readonly port?: number;
}

interface ByControl {
  readonly by: "control";
  readonly path: string;
}

/** What presses a key. */
export type RigFinger = { readonly key: string } & (
  | { readonly by: "command"; readonly press: readonly string[]; readonly release?: readonly string[] }
  | OverHttp
  | { readonly by: "board"; readonly device: string; readonly down: string; readonly up: string }
  | ByControl
  | { readonly by: "user" }
);

/** What cuts a key's power. */
export type RigPowerSwitch = { readonly key: string } & (
  | { readonly by: "command"; readonly off: readonly string[]; readonly on: readonly string[] }
  | { readonly by: "uhubctl"; readonly hub: string; readonly port: number; readonly program?: string }
  | OverHttp
  | ByControl
);

/** A phone, and who makes it scan. */
export type RigPhone = { readonly label: string; readonly labels?: readonly string[] } & (
  | { readonly by: "adb"; readonly serial: string; readonly program?: string }
  | { readonly by: "user"; readonly waitMs?: number }
  | { readonly by: "linked"; readonly links: string; readonly name: string }
);

/** A rig file, read and checked. */
export interface Inventory {
  /** Folder with leases, ledger and evidence. */
  readonly state: string;
  readonly keys: readonly RigKey[];
  readonly phones: readonly RigPhone[];
  readonly fingers: readonly RigFinger[];
  readonly powerSwitches: readonly RigPowerSwitch[];
}

const CODES: ShapeCodes<RigErrorCode> = {
  unknownMember: "RIG_FILE_UNKNOWN_MEMBER",
  missingMember: "RIG_FILE_MISSING_MEMBER",
  wrongType: "RIG_FILE_WRONG_TYPE",
  badValue: "RIG_FILE_BAD_VALUE",
};

/**
 * Reads a rig file.
 *
 * @param path of a JSON file as docs/rig-schema.json describes it.
 * @throws {RigError} `RIG_FILE_*`, with the JSON pointer of the first problem.
 *
 * @example
 * const inventory = loadInventory("rig.json");
 */
export function loadInventory(path: string): Inventory {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new RigError("RIG_FILE_UNREADABLE", `${path}: the rig file cannot be read`, {
      cause,
      hint: "docs/rig.md has one to begin with; --rig FILE or PASSKEY_HARNESS_RIG names it",
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the file.
    throw new RigError("RIG_FILE_NOT_JSON", `${path}: the rig file is not JSON`);
  }
  return parseInventory(value, path);
}

/**
 * Checks what a rig file holds.
 *
 * @param value parsed JSON.
 * @param path of the file: the state folder is beside it, and errors name it.
 * @throws {RigError} `RIG_FILE_*`, with the JSON pointer of the first problem.
 */
export function parseInventory(value: unknown, path: string): Inventory {
  const place = new Place(CODES);
  const read = readShape(RIG_SHAPE, value, place) as Partial<Inventory>;
  const { keys = [], phones = [], fingers = [], powerSwitches = [], state = `${path}.state` } = read;
  const inventory = { keys, phones, fingers, powerSwitches, state: resolve(dirname(path), state) };
  if (place.problems.length === 0) checkLabels(inventory, place);
  const unknown = place.problems.find(({ code }) => code === CODES.unknownMember);
  const problem = unknown ?? place.problems[0];
  if (problem === undefined) return inventory;
  const pointer = jsonPointer(problem.path);
  throw new RigError(problem.code, `${path}${pointer === "" ? "" : ` at ${pointer}`}: ${problem.text}`, {
    path: pointer,
    ...(problem.hint !== undefined && { hint: problem.hint }),
  });
}

function checkLabels(inventory: Omit<Inventory, "state">, place: Place<RigErrorCode>): void {
  const seen = new Set<string>();
  const ports = new Set<number>();
  for (const kind of ["keys", "phones"] as const) {
    for (const [index, { label }] of inventory[kind].entries()) {
      const at = place.at(kind).at(index);
      if (seen.has(label))
        at.at("label").complain("RIG_FILE_LABEL_TWICE", `"${label}" is the label of another device`);
      seen.add(label);
    }
  }
  for (const [index, { controllerPort }] of inventory.keys.entries()) {
    if (controllerPort === undefined) continue;
    const at = place.at("keys").at(index).at("controllerPort");
    if (ports.has(controllerPort))
      at.complain("RIG_FILE_LABEL_TWICE", `port ${controllerPort} is another key's`);
    ports.add(controllerPort);
  }
  const labels = inventory.keys.map(({ label }) => label);
  for (const kind of ["fingers", "powerSwitches"] as const) {
    const served = new Set<string>();
    for (const [index, { key }] of inventory[kind].entries()) {
      const at = place.at(kind).at(index).at("key");
      if (!labels.includes(key)) {
        at.complain(
          "RIG_FILE_NO_SUCH_KEY",
          `there is no key "${key}"`,
          `there are ${labels.join(", ") || "none"}`,
        );
      } else if (served.has(key)) {
        at.complain("RIG_FILE_NO_SUCH_KEY", `another one of the ${kind} is that of "${key}"`);
      }
      served.add(key);
    }
  }
}
