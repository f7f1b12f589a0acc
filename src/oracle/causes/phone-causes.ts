import { GESTURE, TIME_TO_ANSWER, type CauseFactors } from "./cause-row.js";

const RADIO = [
  "ble.advertDelayMs",
  "ble.advertLossPct",
  "ble.wrongServiceUuid",
  "ble.suffixBytes",
  "ble.readsSuffix",
  "ble.repeats",
  "adapter.present",
  "adapter.readyAfterMs",
];

/** What a phone needs before it broadcasts: the sentence says which of it the phone lacked. */
const PHONE_READY = [
  "phone.btPermission",
  "phone.bluetoothOn",
  "phone.screenLock",
  "phone.mobileData",
  "phone.scanDelayMs",
  "phone.startDelayMs",
  "phone.rescanMs",
  "phone.tapDelayMs",
  "push.delayMs",
  "qr.scanned",
  "tunnel.connectDelayMs",
  "tunnel.refuse",
];

const TUNNEL_REFUSED = ["tunnel.refuse", "tunnel.httpStatus"];

/** Causes on the way to a phone, and at it. */
export const PHONE_CAUSES: Readonly<Record<string, CauseFactors>> = {
  "ble-late-advert": { names: ["page.guardMs", "page.corrects", ...RADIO, ...PHONE_READY] },
  "bluetooth-off": { names: ["os.btPowered", "user.btOnMs", "client.linkDeadlineMs"] },
  "scan-not-started": {
    names: ["adapter.readyAfterMs", "client.settleMs", "client.scanRetries", "os.btPowered"],
  },
  "other-code-scanned": { names: ["qr.scanned"] },
  "advert-too-long": { names: ["ble.suffixBytes", "ble.readsSuffix"] },
  "link-hang": { names: ["client.linkDeadlineMs", "client.timeoutMs", "client.mediation"], condition: true },
  "phone-not-heard": { names: [...RADIO, ...PHONE_READY, "client.linkDeadlineMs"] },
  "phone-no-tunnel": { names: ["phone.mobileData", ...TUNNEL_REFUSED] },
  "phone-hung-up": {
    names: [
      "phone.leavesAfterMs",
      "phone.discoverable",
      "phone.nothingFound",
      "phone.screenLock",
      "phone.provider",
      "key.which",
      "key.indexLagMs",
      "rp.allowList",
    ],
  },
  "tunnel-expired": {
    names: ["tunnel.ttlMs", ...GESTURE, "key.createMs", "tunnel.latencyMs", "ble.advertDelayMs"],
  },
  "phone-closed-by-owner": { names: ["phone.leavesAfterMs"] },
  "phone-not-ready": { names: ["phone.screenLock", "phone.btPermission", "phone.rescanMs"] },
  "provider-other-account": { names: ["phone.account"] },
  "tunnel-limit": {
    names: ["tunnel.maxBytes", "tunnel.maxMessages", "phone.responseBytes", "phone.updateFrames"],
  },
  "message-rejected": { names: ["tunnel.garble", "phone.protocolRev", "phone.updateFrames"] },
  "link-gone": { names: [...TUNNEL_REFUSED, "phone.codeWhenGone"] },
  "tunnel-refused": { names: TUNNEL_REFUSED },
  "link-lost": { names: ["tunnel.dropAfter", "tunnel.breakChance", "link.breaks", "link.breakCount"] },
  "link-flake-per-attempt": {
    names: ["tunnel.dropAfter", "tunnel.breakChance", "link.breaks", "link.breakCount", ...TUNNEL_REFUSED],
  },
  "phone-index-lag": { names: ["key.indexLagMs"] },
  "other-authenticator": {
    names: [
      "key.which",
      "key.second",
      "phone.provider",
      "phone.secondScanMs",
      "phone.second",
      // "Another authenticator was asked: virtual", or one that takes the request before the user's own.
      "client.virtualAuthenticator",
      "client.virtualAnswers",
    ],
  },
  "sync-lag": { names: ["key.syncMs", "key.which", "key.second"] },
  "transports-internal-only": { names: ["rp.transports"] },
  "rp-owned-qr": {
    names: [
      "poll.limitMs",
      "gw.idleMs",
      "page.resumesPoll",
      ...TIME_TO_ANSWER,
      "rp.finishMs",
      "rp.workerMs",
      "rp.commitDelayMs",
      "rp.optionsMs",
      "net.latencyMs",
    ],
  },
};
