import { INCIDENT_LIMITS } from "../limits.js";

/** Members of a JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns a member that is an object. */
export function objectIn(value: JsonObject, name: string): JsonObject | undefined {
  const member = value[name];
  return isObject(member) ? member : undefined;
}

/** Returns a member that is a text. */
export function textIn(value: JsonObject, name: string): string | undefined {
  const member = value[name];
  return typeof member === "string" ? member : undefined;
}

/** Returns a member that is a finite number. */
export function numberIn(value: JsonObject, name: string): number | undefined {
  const member = value[name];
  return typeof member === "number" && Number.isFinite(member) ? member : undefined;
}

/** Returns the items of a member that is a list. */
export function listIn(value: JsonObject, name: string): readonly unknown[] {
  const member = value[name];
  return Array.isArray(member) ? (member as readonly unknown[]) : [];
}

/** Parses a text as JSON; `undefined` for what is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Lists the objects in a JSON value, outer ones first, those inside texts that are JSON themselves included. Looks only so
 * deep and at so many values as the limits say.
 */
export function objectsIn(value: unknown): readonly JsonObject[] {
  const found: JsonObject[] = [];
  let open: readonly unknown[] = [value];
  let count = 0;
  for (let depth = 0; depth < INCIDENT_LIMITS.NESTING_MAX && open.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const one of open) {
      if ((count += 1) > INCIDENT_LIMITS.VALUES_MAX) return found;
      if (typeof one === "string" && /^\s*[[{]/.test(one) && /challenge|clientDataJSON/.test(one))
        next.push(parsed(one));
      else if (Array.isArray(one)) next.push(...(one.slice(0, INCIDENT_LIMITS.VALUES_MAX) as unknown[]));
      else if (isObject(one)) {
        found.push(one);
        next.push(...Object.values(one));
      }
    }
    open = next;
  }
  return found;
}
