import { toHex } from "../../core/bytes.js";
import { openSession } from "../../entry/ctap.js";
import {
  fingerFor,
  openKey,
  powerCycle,
  powerFor,
  recoverKey,
  RigError,
  type RigKey,
  withLease,
} from "../../entry/rig.js";
import { type Outcome, UsageError } from "../command.js";
import { LABEL_VARIABLE } from "../machine.js";
import { counted, numberOption, textOption } from "../options.js";
import { checkNotAnothers, keyNamed, type RigContext } from "./rig-context.js";
import { codeOf } from "./rig-lease.js";

const HOLD_MS = 200;
const HOLD_MS_MAX = 60_000;
/** How long `rig check` waits for a key that a job has, in milliseconds. */
const CHECK_WAIT_MS = 1_000;

/** Opens every key that is free and says what it is; with `--adopt LABEL`, notes that what is on that key may go. */
export async function check(context: RigContext): Promise<Outcome> {
  const { rig, invocation } = context;
  const adopted = textOption(invocation, "adopt");
  const [, label = adopted] = invocation.positionals;
  const keys = rig.inventory.keys.filter((key) => label === undefined || key.label === label);
  if (keys.length === 0)
    throw new RigError("RIG_NO_SUCH_DEVICE", `no key of the rig is ${label ?? "listed"}`);
  const rows: { label: string; ok: boolean; text: string; aaguid?: string; pinSet?: boolean }[] = [];
  for (const key of keys) {
    try {
      const request = { label: key.label, job: "rig check", waitMs: CHECK_WAIT_MS };
      rows.push(await withLease(rig, request, () => look(context, key, adopted === key.label)));
    } catch (error) {
      rows.push({ label: key.label, ok: false, text: codeOf(error) });
    }
  }
  const ok = rows.every((row) => row.ok);
  return {
    exitCode: ok ? 0 : 1,
    json: { ok, keys: rows },
    text: [counted(rows.length, "key"), ...rows.map((row) => `  ${row.label}  ${row.text}`)].join("\n"),
  };
}

async function look({ rig, hardware }: RigContext, key: RigKey, isAdopted: boolean) {
  await using device = await openKey(rig.env, key.device);
  const { info } = await openSession(rig.env, device);
  const aaguid = toHex(info.aaguid);
  const pinSet = info.options?.["clientPin"] === true;
  rig.ledger.seen(key.label, aaguid);
  // Without its PIN a key does not list what it holds.
  if (isAdopted) rig.ledger.adopt(key.label, { pinSet, credentialIds: "unseen" });
  const parts = [
    `AAGUID ${aaguid}`,
    pinSet ? "holds a PIN" : "no PIN",
    hasFinger(rig.inventory.fingers, key.label)
      ? `pressed by ${fingerFor(rig.env, hardware, rig.inventory, key.label).label}`
      : "no finger",
    powerFor(rig.env, hardware, rig.inventory, key.label)?.label ?? "no power switch",
    ...(isAdopted ? ["adopted: what is on it may be destroyed where the rig file allows it"] : []),
  ];
  return { label: key.label, ok: true, text: parts.join(", "), aaguid, pinSet };
}

function hasFinger(fingers: readonly { readonly key: string }[], label: string): boolean {
  return fingers.some(({ key }) => key === label);
}

/** Presses a key once. */
export async function press(context: RigContext): Promise<Outcome> {
  const { rig, hardware, invocation } = context;
  const key = keyNamed(context);
  await checkNotAnothers(context, key.label);
  const finger = fingerFor(rig.env, hardware, rig.inventory, key.label);
  const holdMs = numberOption(invocation, "hold-ms", { min: 0, max: HOLD_MS_MAX }) ?? key.holdMs ?? HOLD_MS;
  await finger.press({ holdMs });
  return {
    exitCode: 0,
    json: { ok: true, label: key.label, holdMs },
    text: `${key.label}: pressed for ${holdMs} ms`,
  };
}

/** Switches a key's power. */
export async function power(context: RigContext): Promise<Outcome> {
  const { rig, hardware, invocation } = context;
  const key = keyNamed(context);
  const action = invocation.positionals[2] ?? "cycle";
  const switched = powerFor(rig.env, hardware, rig.inventory, key.label);
  if (switched === undefined)
    throw new RigError("RIG_NO_POWER", `the rig has no power switch for "${key.label}"`);
  await checkNotAnothers(context, key.label);
  if (action === "off") await switched.off();
  else if (action === "on") await switched.on();
  else if (action === "cycle") await powerCycle(rig.env, switched);
  else throw new UsageError("USAGE", `rig power LABEL takes on, off or cycle, not "${action}"`);
  return {
    exitCode: 0,
    json: { ok: true, label: key.label, power: action },
    text: `${key.label}: power ${action}`,
  };
}

/** Brings a key back that answers no more; puts it into quarantine when that fails. */
export async function recover(context: RigContext): Promise<Outcome> {
  const { rig, hardware } = context;
  const key = keyNamed(context);
  const { label } = key;
  const { aaguid } = rig.ledger.get(label);
  const work = () =>
    recoverKey(rig, {
      label,
      open: (env) => openKey(env, key.device),
      ...(aaguid !== undefined && { aaguid }),
      power: powerFor(rig.env, hardware, rig.inventory, label),
    });
  // The command of a lease recovers its own key; a key in quarantine can be leased by no job.
  const isOwn = process.env[LABEL_VARIABLE] === label || rig.quarantine.has(label);
  if (isOwn) await checkNotAnothers(context, label);
  const { steps } = isOwn ? await work() : await withLease(rig, { label, job: "rig recover" }, work);
  return { exitCode: 0, json: { ok: true, label, steps }, text: `${label} is back: ${steps.join("; ")}` };
}
