import { dottedPath } from "../core/place.js";
import { readAs } from "../core/read-shape.js";
import { shape, type Reads, type Shape } from "../core/shape.js";
import type { KnobOverrides } from "../sim/knobs/knobs.js";
import { ServeError } from "../loopback/serve-error.js";

/** Knobs by name; which there are, and what they may be, the rig says. */
export const KNOBS = shape.custom<KnobOverrides>((value, place) => {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  place.wrongType("an object of knobs");
  return undefined;
});

/**
 * Reads a body that has to have a shape.
 *
 * @param at what it is called in messages.
 * @throws {ServeError} `SERVE_BODY`, without what was in it.
 */
export function readBodyAs<T>(of: Shape & Reads<T>, body: unknown, at: string): T {
  return readAs(of, body, {
    codes: {
      unknownMember: "SERVE_BODY",
      missingMember: "SERVE_BODY",
      wrongType: "SERVE_BODY",
      badValue: "SERVE_BODY",
    },
    at,
    toError: ({ code, path, text, hint }) =>
      new ServeError(code, `${dottedPath(path)}: ${text}`, hint === undefined ? {} : { hint }),
  });
}
