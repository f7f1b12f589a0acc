import { printable } from "../../core/printable.js";
import { type AuthenticatorInfo, openSession, toHex } from "../../entry/ctap.js";
import { learnProfile } from "../../entry/sim.js";
import type { Command, Outcome } from "../command.js";
import { replaceFile } from "../files/replace-file.js";
import { textOption } from "../options.js";
import { failuresOf, withProblems } from "../problems.js";
import { DEVICE_HELP, DEVICE_OPTIONS, usingDevice } from "../device/open-device.js";

export const info: Command = {
  name: "info",
  summary: "say what an authenticator says of itself (getInfo)",
  synopsis: "[--device WHICH] [--as-profile FILE] [options]",
  help: `${DEVICE_HELP}
  --as-profile FILE    write a profile that says the same, for --device sim --profile FILE`,
  options: { ...DEVICE_OPTIONS, "as-profile": { type: "string" } },
  async run(invocation) {
    const file = textOption(invocation, "as-profile");
    return usingDevice(invocation, async (opened, options) => {
      const { info: said } = await opened.settle(openSession(opened.env, opened.device, options));
      const { hid } = opened;
      const members = plain(said);
      const learnt = file === undefined ? undefined : learnProfile(said, hid);
      const notes = learnt?.notes;
      const problems = await failuresOf(
        file === undefined || learnt === undefined
          ? []
          : [() => void replaceFile(file, `${JSON.stringify(learnt.profile, undefined, 2)}\n`)],
      );
      const written = problems.length === 0;
      const outcome: Outcome = {
        exitCode: 0,
        json: {
          ok: true,
          device: opened.device.label,
          ...(hid && { hid: { capabilities: hid.capabilities, deviceVersion: hid.deviceVersion } }),
          info: members,
          ...(notes && written && { profile: { file, notes } }),
        },
        text: [
          printable(opened.device.label),
          ...Object.entries(members).map(([name, value]) => line(name, value)),
          ...(notes && written
            ? [`profile written to ${file}`, ...notes.map(({ member, text }) => line(member, text))]
            : []),
        ].join("\n"),
      };
      // What the key said is told, whether or not the file can be kept.
      return withProblems(outcome, problems, invocation.terminal);
    });
  },
};

/** JSON has no bytes and no big integers: hex and text stand for them. */
function plain(said: AuthenticatorInfo): Record<string, unknown> {
  const write = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return toHex(value);
    if (typeof value === "bigint") return value.toString();
    return Array.isArray(value) ? value.map(write) : value;
  };
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [name, write(value)]));
}

function line(name: string, value: unknown): string {
  return printable(`  ${name.padEnd(34)}${short(value)}`);
}

function short(value: unknown): string {
  if (Array.isArray(value)) return value.map(short).join(", ");
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .map(([name, inner]) => `${name}=${short(inner)}`)
      .join(" ");
  }
  return String(value);
}
