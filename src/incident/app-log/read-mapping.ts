import { IncidentError } from "../incident-error.js";
import { isObject } from "../webauthn-json/walk.js";
import type { LogMapping } from "./log-mapping.js";

/** How a time may be written. */
export const FORMS = ["iso", "epoch-ms", "epoch-s", "epoch-ns"];
/** Whose machine may have written a log. */
export const MACHINES = ["client", "phone", "gateway", "server", "mail"];
const MEMBERS: readonly string[] = [
  "schema",
  "machine",
  "time",
  "ceremony",
  "requestId",
  "challenge",
  "lines",
  "shows",
];

/**
 * Reads a mapping file: how the lines of a site's own log are to be read.
 *
 * @throws {IncidentError} INCIDENT_BAD_MAPPING names the member that is wrong.
 */
export function readMapping(value: unknown): LogMapping {
  if (!isObject(value)) throw bad("it is no JSON object");
  const unknown = Object.keys(value).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) throw bad(`there is no member ${unknown}`);
  if (value["schema"] !== 1) throw bad("schema is to be 1");
  const { time, lines, machine } = value;
  if (!isObject(time) || typeof time["from"] !== "string")
    throw bad("time.from is to be the path of a member");
  if (!isOneOf(FORMS, time["form"])) throw bad(`time.form is to be one of ${FORMS.join(", ")}`);
  if (!isOneOf(MACHINES, machine)) throw bad(`machine is to be one of ${MACHINES.join(", ")}`);
  for (const name of ["ceremony", "requestId", "challenge"])
    if (value[name] !== undefined && typeof value[name] !== "string")
      throw bad(`${name} is to be the path of a member`);
  if (!Array.isArray(lines) || lines.length === 0) throw bad("lines is to be a list of rules");
  for (const [index, rule] of lines.entries()) {
    const isRule = isObject(rule) && isObject(rule["when"]) && isObject(rule["event"]);
    if (!isRule || typeof (rule["event"] as Record<string, unknown>)["kind"] !== "string")
      throw bad(`lines[${index}] is to have when, and event with its kind`);
  }
  return value as unknown as LogMapping;
}

const isOneOf = (words: readonly string[], value: unknown) =>
  value === undefined || (typeof value === "string" && words.includes(value));

function bad(why: string): IncidentError {
  return new IncidentError("INCIDENT_BAD_MAPPING", `the mapping file cannot be used: ${why}`, {
    hint: "docs/incident.md has one, and docs/trace-schema.json the events that lines can be",
  });
}
