import { GESTURE, type CauseFactors } from "./cause-row.js";

const RADIO = [
  "ble.advertDelayMs",
  "ble.advertLossPct",
  "ble.wrongServiceUuid",
  "ble.suffixBytes",
  "ble.repeats",
  "adapter.readyAfterMs",
  "client.settleMs",
];

const row = (...names: readonly string[]): CauseFactors => ({ names });

/** What a sentence names that says what a timer waited for, by the wait. */
export const CONDITION_FACTORS: Readonly<Record<string, CauseFactors>> = {
  "site-options": row("rp.optionsMs", "net.latencyMs", "gw.idleMs"),
  network: row("net.latencyMs"),
  extension: row("ext.focusWaitMs"),
  bluetooth: row("os.btPowered", "user.btOnMs", "adapter.readyAfterMs", "client.settleMs"),
  "phone-scan": row("phone.scanDelayMs", "qr.scanned", "phone.rescanMs"),
  "phone-tap": row("phone.tapDelayMs", "push.delayMs", "phone.startDelayMs", "tunnel.connectDelayMs"),
  advert: row(
    ...RADIO,
    "phone.bluetoothOn",
    "phone.startDelayMs",
    "tunnel.connectDelayMs",
    "phone.mobileData",
  ),
  tunnel: row("tunnel.connectDelayMs", "tunnel.latencyMs", "tunnel.refuse"),
  link: row("link.readyMs", ...RADIO),
  "pin-entry": row("user.pinEntryMs", "pin.wrongFirst", "user.pinSetupMs"),
  "host-stall": row("host.stallAfterTokenMs", "user.pinEntryMs", "client.chooserMs"),
  "channel-busy": row("hid.busyMs"),
  gesture: row(...GESTURE, "uv.bad"),
  "authenticator-work": row(
    "key.createMs",
    "key.processingMs",
    "hid.gapMs",
    "hid.stallAfterMs",
    "hid.stallForMs",
    "tunnel.latencyMs",
    "do:unplug",
  ),
  "account-choice": row("client.chooserMs"),
  "site-finish": row("rp.finishMs", "net.latencyMs"),
  "site-work": row("rp.workerMs", "rp.commitDelayMs", "rp.finishMs"),
};
