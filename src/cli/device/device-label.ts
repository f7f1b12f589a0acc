import { HarnessError } from "../../index.js";
import type { Machine } from "../machine.js";

/**
 * A label names no key.
 *
 * `DEVICE_NO_INVENTORY` there is no inventory to look it up in; `DEVICE_LABEL_UNKNOWN` it is not in there, or stands for
 * another label.
 */
export class DeviceLabelError extends HarnessError<"DEVICE_NO_INVENTORY" | "DEVICE_LABEL_UNKNOWN"> {}

const PREFIX = "label:";

/**
 * Replaces a label by what the inventory says of it; any other name of a device stays as it is.
 *
 * @throws {DeviceLabelError} `DEVICE_NO_INVENTORY`, `DEVICE_LABEL_UNKNOWN`.
 */
export async function withoutLabel(where: string, { resolveLabel }: Machine): Promise<string> {
  if (!where.startsWith(PREFIX)) return where;
  const label = where.slice(PREFIX.length);
  if (resolveLabel === undefined) {
    throw new DeviceLabelError("DEVICE_NO_INVENTORY", `label ${label}: no inventory of keys is given`, {
      hint: "PASSKEY_HARNESS_RIG names the rig file (rig.json here otherwise); or name the key by serial:XYZ, port:1-1.2, aaguid:UUID or hid:PATH",
    });
  }
  const found = await resolveLabel(label);
  if (found === undefined || found.startsWith(PREFIX)) {
    const what = found === undefined ? "is not in the inventory" : "stands for another label";
    throw new DeviceLabelError("DEVICE_LABEL_UNKNOWN", `label ${label} ${what}`);
  }
  return found;
}
