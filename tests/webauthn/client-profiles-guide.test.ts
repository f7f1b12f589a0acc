import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { effectiveTimeoutMs } from "../../src/webauthn/profiles/client-profile.js";
import { CLIENT_PROFILES } from "../../src/webauthn/profiles/client-profiles.js";

/** The formatter pads table cells; the numbers count. */
const guide = readFileSync(new URL("../../docs/client-profiles.md", import.meta.url), "utf8").replace(
  / +/g,
  " ",
);
const cell = (value: number | null) => (value === null || value === Infinity ? "-" : String(value));

test.each(Object.values(CLIENT_PROFILES))("the guide has the numbers of $id", (profile) => {
  const { id, minMs, maxMs, missingMs } = profile;
  const effectiveMs = effectiveTimeoutMs(profile, 60_000);
  const row = [minMs, maxMs, missingMs, effectiveMs].map(cell).join(" | ");
  expect(guide).toContain(`| \`${id}\` | ${row} |`);
});
