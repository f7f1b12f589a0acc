import type { PlanValue } from "./plan.js";

/** A fault that users have met, and the values it is drawn from. */
export interface FieldFault {
  readonly name: string;
  /** Milliseconds or numbers between two, or the values themselves. */
  readonly from?: readonly [low: number, high: number];
  readonly oneOf?: readonly PlanValue[];
  /** Setups that it can happen on; all of them when absent. */
  readonly setups?: readonly string[];
}

const KEYS = ["usb", "pin", "fingerprint"];
const PHONES = ["hybrid", "linked"];
const QR_ONLY = ["hybrid"];

/** Faults of real life, by the knob that injects them. */
export const FIELD_FAULTS: readonly FieldFault[] = [
  { name: "ble.advertDelayMs", from: [10_000, 400_000], setups: PHONES },
  { name: "ble.advertLossPct", oneOf: [90, 100], setups: PHONES },
  { name: "ble.suffixBytes", oneOf: [1, 2, 16], setups: PHONES },
  { name: "ble.wrongServiceUuid", oneOf: [true], setups: PHONES },
  { name: "adapter.present", oneOf: [false], setups: PHONES },
  { name: "adapter.readyAfterMs", from: [500, 60_000], setups: PHONES },
  { name: "os.btPowered", oneOf: [false], setups: PHONES },
  { name: "os.hybridSupported", oneOf: [false], setups: PHONES },
  { name: "client.linkDeadlineMs", from: [1_000, 60_000], setups: PHONES },
  { name: "client.clearCookiesMs", from: [200, 20_000] },
  { name: "client.timeoutMs", from: [1_000, 400_000] },
  { name: "ext.focusWaitMs", from: [2_000, 400_000] },
  { name: "gw.idleMs", from: [500, 20_000] },
  { name: "hid.busyMs", from: [5_000, 90_000], setups: KEYS },
  { name: "hid.gapMs", from: [100, 2_000], setups: KEYS },
  { name: "hid.stallAfterMs", from: [100, 3_000], setups: KEYS },
  { name: "host.stallAfterTokenMs", from: [5_000, 90_000], setups: ["pin", "fingerprint"] },
  { name: "key.createMs", from: [10_000, 400_000] },
  { name: "key.decision", oneOf: ["decline"] },
  { name: "key.elsewhere", oneOf: [true], setups: KEYS },
  { name: "key.indexLagMs", from: [10_000, 4_000_000] },
  { name: "key.pinRetries", oneOf: [0, 1, 2], setups: ["pin"] },
  { name: "key.present", oneOf: [false], setups: KEYS },
  { name: "key.slots", oneOf: [0], setups: KEYS },
  { name: "key.touchDelayMs", from: [20_000, 600_000] },
  { name: "key.touchDelayMs", oneOf: [null] },
  { name: "key.used", oneOf: [25], setups: KEYS },
  { name: "key.which", oneOf: ["second"] },
  { name: "link.breaks", oneOf: ["before-request", "after-answer"], setups: [...KEYS, "loopback"] },
  { name: "link.readyMs", from: [10_000, 400_000], setups: ["loopback"] },
  { name: "mail.delayMs", from: [60_000, 600_000] },
  { name: "net.loses", oneOf: ["finish-answer"] },
  { name: "net.latencyMs", from: [2_000, 40_000] },
  {
    name: "os.dialogResult",
    oneOf: ["NTE_EXISTS", "ERROR_CANCELLED", "ERROR_TIMEOUT", "NTE_NOT_FOUND"],
    setups: KEYS,
  },
  { name: "page.focused", oneOf: [false] },
  { name: "page.guardMs", from: [500, 20_000] },
  { name: "page.handlerThrows", oneOf: [true] },
  { name: "phone.bluetoothOn", oneOf: [false], setups: PHONES },
  { name: "phone.btPermission", oneOf: [false], setups: PHONES },
  { name: "phone.discoverable", oneOf: [false], setups: PHONES },
  { name: "phone.leavesAfterMs", from: [300, 20_000], setups: PHONES },
  { name: "phone.mobileData", oneOf: [false], setups: PHONES },
  { name: "phone.platformTimeoutMs", from: [500, 20_000], setups: PHONES },
  { name: "phone.provider", oneOf: ["second"], setups: PHONES },
  { name: "phone.responseBytes", oneOf: [17_000, 40_000], setups: PHONES },
  { name: "phone.scanDelayMs", from: [60_000, 600_000], setups: QR_ONLY },
  { name: "phone.scanDelayMs", oneOf: [null], setups: QR_ONLY },
  { name: "phone.secondScanMs", from: [5_000, 60_000], setups: QR_ONLY },
  { name: "phone.screenLock", oneOf: [false], setups: PHONES },
  { name: "phone.tapDelayMs", from: [20_000, 600_000], setups: ["linked"] },
  { name: "phone.tapDelayMs", oneOf: [null], setups: ["linked"] },
  { name: "push.delayMs", from: [20_000, 600_000], setups: ["linked"] },
  { name: "push.delayMs", oneOf: [null], setups: ["linked"] },
  { name: "pin.wrongFirst", oneOf: [1, 2, 3, 8], setups: ["pin"] },
  { name: "poll.limitMs", from: [1_000, 20_000], setups: ["site-qr"] },
  { name: "qr.scanned", oneOf: ["previous"], setups: QR_ONLY },
  { name: "rp.challengeTtlMs", from: [500, 20_000] },
  { name: "rp.commitDelayMs", from: [20_000, 4_000_000] },
  { name: "rp.finishMs", from: [20_000, 200_000] },
  { name: "rp.flagAt", oneOf: ["options"] },
  { name: "rp.idColumnBytes", oneOf: [8, 16, 31] },
  { name: "rp.optionsMs", from: [20_000, 200_000] },
  { name: "rp.replicaLagMs", from: [20_000, 4_000_000] },
  { name: "rp.transports", oneOf: ["internal-only"] },
  { name: "rp.userVerification", oneOf: ["required"], setups: ["usb"] },
  { name: "rp.workerMs", from: [10_000, 200_000] },
  { name: "tunnel.breakChance", oneOf: [0.1, 0.3, 0.6, 1], setups: PHONES },
  { name: "tunnel.connectDelayMs", from: [5_000, 60_000], setups: PHONES },
  { name: "tunnel.dropAfter", oneOf: [0, 1, 2, 3, 4, 5, 6], setups: PHONES },
  { name: "tunnel.garble", oneOf: [1, 2, 3, 4, 5, 6], setups: PHONES },
  { name: "tunnel.httpStatus", oneOf: [404, 410, 500, 503], setups: PHONES },
  { name: "tunnel.latencyMs", from: [1_000, 20_000], setups: PHONES },
  { name: "tunnel.maxBytes", oneOf: [100, 500], setups: PHONES },
  { name: "tunnel.maxMessages", oneOf: [1, 2, 3], setups: PHONES },
  { name: "tunnel.refuse", oneOf: ["phone", "desktop", "contact", "everybody"], setups: PHONES },
  { name: "tunnel.ttlMs", from: [500, 20_000], setups: PHONES },
  { name: "user.pinEntryMs", from: [20_000, 200_000], setups: ["pin"] },
  { name: "uv.bad", oneOf: [3, 5, 8, 10], setups: ["fingerprint", "hybrid", "linked", "loopback"] },
];
