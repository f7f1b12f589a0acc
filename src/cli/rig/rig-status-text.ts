import { rigStatus, type DeviceStatus } from "../../entry/rig.js";
import type { Outcome } from "../command.js";
import { counted } from "../options.js";
import type { RigContext } from "./rig-context.js";

const LOG_LINES = 5;

/** Shows devices, leases, queue, quarantine and last verdicts. */
export async function status({ rig }: RigContext): Promise<Outcome> {
  const seen = await rigStatus(rig);
  const { devices, queue, log } = seen;
  const text = [
    counted(devices.length, "device"),
    ...devices.map((device) => `  ${device.label}  ${textOf(device)}`),
    queue.length === 1 ? "1 job waits" : `${queue.length} jobs wait`,
    ...queue.map(
      ({ job, pid, priority, forMs }) =>
        `  ${job} (process ${pid}), priority ${priority}, for ${seconds(forMs)}`,
    ),
    ...log
      .slice(0, LOG_LINES)
      .map((line) => `  ${line.at}  ${line.kind}  ${"label" in line ? line.label : line.file}`),
  ];
  return { exitCode: 0, json: { ok: true, ...seen }, text: text.join("\n") };
}

function textOf({ state, lease, quarantine, lastVerdict }: DeviceStatus): string {
  const parts: string[] = [state];
  if (lease) {
    const end = lease.isOverdue ? ", overdue" : "";
    const process = `process ${lease.pid}${lease.isOrphaned ? ", ended: one that it started holds on" : ""}`;
    parts.push(`${lease.job} (${process}) for ${seconds(lease.forMs)} of ${seconds(lease.limitMs)}${end}`);
  }
  if (quarantine)
    parts.push(quarantine.reasons.join("; "), ...(quarantine.trace ? [`trace: ${quarantine.trace}`] : []));
  if (lastVerdict) parts.push(`last: ${lastVerdict.outcome}, ${lastVerdict.job}`);
  return parts.join("  ");
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
