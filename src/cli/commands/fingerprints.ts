import { printable } from "../../core/printable.js";
import {
  bioEnrollment,
  type EnrollmentSample,
  type FingerprintEnroller,
  fromHex,
  Permission,
  type TemplateInfo,
  toHex,
} from "../../entry/ctap.js";
import { HarnessError } from "../../index.js";
import { type Command, type Invocation, type Outcome, UsageError } from "../command.js";
import { DEVICE_HELP, DEVICE_OPTIONS } from "../device/open-device.js";
import { tokenFor } from "../keys/key-token.js";
import { type OpenKey, usingKey } from "../keys/open-key.js";
import { needOption } from "../keys/refusals.js";
import { runSubcommand, type Subcommand } from "../keys/subcommands.js";
import { counted, flag, numberOption, textOption } from "../options.js";
import { PIN_HELP, PIN_OPTIONS } from "../pin-source.js";

/** No finger was enrolled: those samples that came were no good. */
export class EnrollmentError extends HarnessError<"ENROLLMENT_GIVEN_UP"> {}

const SAMPLE_MS_MAX = 600_000;

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  list: { words: [], run: (invocation) => enrolling(invocation, list) },
  enroll: {
    words: [],
    options: ["name", "sample-ms"],
    operation: "enrollFingerprints",
    run: (invocation) => enrolling(invocation, enroll),
  },
  rename: {
    words: ["ID", "NAME"],
    options: ["dry-run"],
    operation: "enrollFingerprints",
    run: (invocation, [id = "", name = ""]) => onOne(invocation, id, rename(name)),
  },
  delete: {
    words: ["ID"],
    options: ["dry-run"],
    operation: "deleteFingerprints",
    run: (invocation, [id = ""]) => onOne(invocation, id, remove),
  },
};

export const fingerprints: Command = {
  name: "fingerprints",
  takesWords: true,
  summary: "list, enrol, rename or delete the fingers that a key knows",
  synopsis: "[list | enroll | rename ID NAME | delete ID]  [--device WHICH] [options]",
  help: `  list                 the fingers that are enrolled, and what the sensor is
  enroll               enrol one: lay the finger on the sensor until no sample is missing; each sample is told how it was
  rename ID NAME       name one
  delete ID            delete one, for good
  --name NAME          with enroll: the name of the finger
  --sample-ms N        with enroll: how long the key waits for each sample (what the key says itself)
  --dry-run            with rename and delete: say what would happen, and change nothing
${PIN_HELP}
${DEVICE_HELP}`,
  options: {
    ...DEVICE_OPTIONS,
    ...PIN_OPTIONS,
    name: { type: "string" },
    "sample-ms": { type: "string" },
    "dry-run": { type: "boolean", default: false },
  },
  run: (invocation) => runSubcommand("fingerprints", SUBCOMMANDS, invocation, "list"),
};

type Work = (enroller: FingerprintEnroller, key: OpenKey) => Promise<Outcome>;

function enrolling(invocation: Invocation, work: Work): Promise<Outcome> {
  return usingKey(invocation, async (key) => {
    needOption(key.session.info, "enrol fingers", ["bioEnroll", "userVerificationMgmtPreview"]);
    const permissions = Permission.bioEnrollment;
    const token = await tokenFor(key, { permissions, does: "enrols fingers" });
    return work(bioEnrollment(key.session, token), key);
  });
}

async function list(enroller: FingerprintEnroller, { settle, options }: OpenKey): Promise<Outcome> {
  const sensor = await settle(enroller.sensorInfo(options));
  const templates = (await settle(enroller.templates(options))).map(shownOf);
  const { kind, samplesMax, nameBytesMax } = sensor;
  return {
    exitCode: 0,
    json: {
      ok: true,
      fingerprints: templates,
      sensor: { kind: kind ?? null, samplesMax, ...(nameBytesMax !== undefined && { nameBytesMax }) },
    },
    text: [
      `${counted(templates.length, "finger")}; the sensor is to be ${kind === "swipe" ? "swiped over" : "touched"}, ${samplesMax} good samples for each`,
      ...templates.map(lineOf),
    ].join("\n"),
  };
}

async function enroll(enroller: FingerprintEnroller, key: OpenKey): Promise<Outcome> {
  const { settle, options, invocation } = key;
  const name = textOption(invocation, "name");
  const sampleTimeoutMs = numberOption(invocation, "sample-ms", { min: 1, max: SAMPLE_MS_MAX });
  const { nameBytesMax, samplesMax } = await settle(enroller.sensorInfo(options));
  checkName(name, nameBytesMax);
  invocation.terminal.progress(`lay the finger on the sensor, ${samplesMax} times or more`);
  const samples = enroller.enroll({ ...options, ...(sampleTimeoutMs !== undefined && { sampleTimeoutMs }) });
  const taken: EnrollmentSample[] = [];
  for (;;) {
    const { done, value } = await settle(samples.next());
    if (done === true) break;
    taken.push(value);
    invocation.terminal.progress(sampleLine(value));
    const why = reasonToGiveUp(taken);
    if (why === undefined) continue;
    // Leaving the loop cancels the enrolment on the key.
    await settle(samples.return());
    throw new EnrollmentError("ENROLLMENT_GIVEN_UP", why, {
      hint: "nothing was enrolled; call again, and lay the middle of the finger flat on the sensor",
    });
  }
  const templateId = taken[0]?.templateId ?? new Uint8Array(0);
  if (name !== undefined) await settle(enroller.rename({ id: templateId, name }, options));
  const enrolled = { id: toHex(templateId), ...(name !== undefined && { name }) };
  return {
    exitCode: 0,
    json: {
      ok: true,
      enrolled,
      samples: taken.map(({ feedback, remaining }) => ({ feedback, remaining })),
    },
    text: [...taken.map(sampleLine), `enrolled ${lineOf(enrolled).trim()}`].join("\n"),
  };
}

/** Samples in a row without a finger, and bad ones, behind which nobody is expected to do better. */
const ABSENT_MAX = 3;
const BAD_MAX = 10;

/** The key itself waits and asks for ever. */
function reasonToGiveUp(taken: readonly EnrollmentSample[]): string | undefined {
  const isLast = (count: number, bad: (sample: EnrollmentSample) => boolean) =>
    taken.length >= count && taken.slice(-count).every(bad);
  if (isLast(ABSENT_MAX, ({ feedback }) => feedback === "NO_USER_ACTIVITY")) {
    return `no finger came for ${ABSENT_MAX} samples in a row`;
  }
  if (!isLast(BAD_MAX, ({ feedback }) => feedback !== "GOOD")) return undefined;
  return `${BAD_MAX} samples in a row were no good, the last one ${wordsOf(taken.at(-1)?.feedback ?? "")}`;
}

function wordsOf(feedback: string): string {
  return feedback.toLowerCase().replaceAll("_", " ");
}

function sampleLine({ feedback, remaining }: EnrollmentSample, index?: number): string {
  const which = index === undefined ? "sample" : `sample ${index + 1}`;
  return `${which}: ${wordsOf(feedback)}, ${remaining} more wanted`;
}

type WorkOnOne = (one: ShownTemplate, enroller: FingerprintEnroller, key: OpenKey) => Promise<Outcome>;

/** Finds the finger first: a key does not say of which one it deleted nothing. */
function onOne(invocation: Invocation, text: string, work: WorkOnOne): Promise<Outcome> {
  const id = readId(text);
  return enrolling(invocation, async (enroller, key) => {
    const templates = (await key.settle(enroller.templates(key.options))).map(shownOf);
    const one = templates.find((other) => other.id === id);
    if (one !== undefined) return work(one, enroller, key);
    throw new UsageError("ENVIRONMENT", `no finger on the key has the id ${id}`, {
      hint: "passkey-harness fingerprints list prints the ids",
    });
  });
}

function rename(name: string): WorkOnOne {
  if (name === "") throw new UsageError("USAGE", "the name of a finger is empty");
  return async (before, enroller, { settle, options, invocation }) => {
    const { nameBytesMax } = await settle(enroller.sensorInfo(options));
    checkName(name, nameBytesMax);
    const after = { ...before, name };
    if (flag(invocation, "dry-run")) {
      return {
        exitCode: 0,
        json: { ok: true, dryRun: true, before, after },
        text: `before:\n${lineOf(before)}\nafter:\n${lineOf(after)}\nnothing was changed`,
      };
    }
    await settle(enroller.rename({ id: fromHex(before.id), name }, options));
    return { exitCode: 0, json: { ok: true, renamed: after }, text: `renamed\n${lineOf(after)}` };
  };
}

const remove: WorkOnOne = async (one, enroller, { settle, options, invocation, session }) => {
  if (flag(invocation, "dry-run")) {
    return {
      exitCode: 0,
      json: { ok: true, dryRun: true, wouldDelete: one },
      text: `would be deleted, for good:\n${lineOf(one)}\nnothing was deleted`,
    };
  }
  await settle(enroller.remove(fromHex(one.id), options));
  const { options: after } = await settle(session.refreshInfo(options));
  const isLast = after?.["bioEnroll"] === false || after?.["userVerificationMgmtPreview"] === false;
  return {
    exitCode: 0,
    json: { ok: true, deleted: one.id, ...(isLast && { isLast: true }) },
    text: `deleted ${one.id}${isLast ? "; no finger is left, and the key verifies by its PIN alone" : ""}`,
  };
};

interface ShownTemplate {
  readonly id: string;
  readonly name?: string;
}

function shownOf({ templateId, friendlyName }: TemplateInfo): ShownTemplate {
  return { id: toHex(templateId), ...(friendlyName !== undefined && { name: friendlyName }) };
}

function lineOf({ id, name }: ShownTemplate): string {
  return `  ${id}  ${printable(name ?? "no name")}`;
}

/** @throws {UsageError} ENVIRONMENT for a name that is longer than the key takes. */
function checkName(name: string | undefined, bytesMax: number | undefined): void {
  if (name === undefined || bytesMax === undefined || Buffer.byteLength(name) <= bytesMax) return;
  throw new UsageError("ENVIRONMENT", `the key takes ${bytesMax} bytes at most for the name of a finger`);
}

function readId(text: string): string {
  if (/^([0-9a-f]{2})+$/i.test(text)) return text.toLowerCase();
  throw new UsageError("USAGE", `"${text}" is not the id of a finger`, {
    hint: "ids are hexadecimal, as `fingerprints list` prints them",
  });
}
