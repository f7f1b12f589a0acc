import { type Invocation, UsageError } from "./command.js";
import { textOption, textsOf } from "./options.js";

const HOUR_MINUTES = 60;
const ZONE_MINUTES_MAX = 14 * HOUR_MINUTES;

/**
 * Reads the zones of `--zone SOURCE=+09:00`, in minutes ahead of UTC by source.
 *
 * @throws {UsageError} USAGE for what is no zone.
 */
export function zonesOf(invocation: Invocation): Readonly<Record<string, number>> {
  return Object.fromEntries(
    textsOf(invocation, "zone").map((text): readonly [string, number] => {
      const [, source, sign, hours, minutes] = /^([^=]+)=([+-])(\d{2}):?(\d{2})$/.exec(text) ?? [];
      const ahead = (Number(hours) * HOUR_MINUTES + Number(minutes)) * (sign === "-" ? -1 : 1);
      if (source === undefined || Math.abs(ahead) > ZONE_MINUTES_MAX)
        throw new UsageError("USAGE", `--zone takes SOURCE=+HH:MM, not "${text}"`, {
          hint: "--zone chromium-log=+09:00; the sources are listed without the option",
        });
      return [source, ahead];
    }),
  );
}

/** Reads `--date` as midnight UTC, in milliseconds since 1970. @throws {UsageError} USAGE for what is no date. */
export function dateOf(invocation: Invocation): number | undefined {
  const text = textOption(invocation, "date");
  if (text === undefined) return undefined;
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  if (Number.isNaN(ms)) throw new UsageError("USAGE", `--date takes YYYY-MM-DD, not "${text}"`);
  return ms;
}
