import { CHECKS, topicOf } from "../src/entry/conformance.js";
import { PROFILES, QUIRKS } from "../src/entry/sim.js";
import { BROKEN_CTAP } from "../tests/conformance/broken/ctap.js";
import { BROKEN_HID } from "../tests/conformance/broken/hid.js";
import { CHECKS_OF_QUIRK, CHECKS_OF_TRAIT } from "../tests/conformance/quirks.js";

const code = (ids: readonly string[]) => ids.map((id) => `\`${id}\``).join(", ");

/** A row for each topic: how many checks there are, of which severity, and where CTAP 2.3 says it. */
export function checksTable(): string {
  const topics = [...new Set(CHECKS.map(topicOf))];
  const rows = topics.map((topic) => {
    const own = CHECKS.filter((check) => topicOf(check) === topic);
    const count = (severity: string) => own.filter((check) => check.severity === severity).length;
    const sections = [...new Set(own.map(({ section }) => section.replace(/ step \d+$/, "")))].sort();
    return `| \`${topic}\` | ${own.length} | ${count("must")} | ${count("should")} | ${sections.join(", ")} |`;
  });
  return [
    `${CHECKS.length} checks:`,
    "",
    "| Topic | Checks | must | should | CTAP 2.3 |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** A row for each quirk and trait of the built-in profiles that shows in checks. */
export function quirksTable(): string {
  const profiles = [...PROFILES.values()];
  const names = (holds: (profile: (typeof profiles)[number]) => boolean) =>
    profiles
      .filter(holds)
      .map(({ name }) => name)
      .join(", ");
  const quirks = Object.entries(CHECKS_OF_QUIRK) as [keyof typeof QUIRKS, readonly string[]][];
  return [
    "| Why | Seen on | Profiles | Checks that fail |",
    "| --- | --- | --- | --- |",
    ...quirks.map(
      ([quirk, checks]) =>
        `| quirk \`${quirk}\` | ${QUIRKS[quirk].seenOn} | ${names((one) => one.quirks.includes(quirk))} | ${code(checks)} |`,
    ),
    ...CHECKS_OF_TRAIT.map(
      ({ trait, holds, checks }) => `| ${trait} | | ${names(holds)} | ${code(checks)} |`,
    ),
  ].join("\n");
}

/** A row for each device that is broken on purpose: what is wrong, and the checks that have to name it. */
export function brokenTable(): string {
  return [
    "| A device that | is named by |",
    "| --- | --- |",
    ...[...BROKEN_HID, ...BROKEN_CTAP].map(({ name, found }) => `| ${name} | ${code(found)} |`),
  ].join("\n");
}
