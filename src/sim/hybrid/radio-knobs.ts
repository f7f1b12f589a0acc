import { count, ms, toggle } from "../knobs/knob-spec.js";

/** Options of the client's Bluetooth scan. */
export const SCAN_KNOBS = {
  /** Source: Chromium, fido_cable_discovery.cc, which waits 500 ms on Windows. */
  settleMs: ms(500, "from Bluetooth being switched on to the client's scan"),
  scanRetries: count(
    0,
    "how often the client tries again to scan where that fails: after 250 ms, and twice as long each time",
    { max: 20 },
  ),
};

/** Options of the computer's Bluetooth adapter. */
export const ADAPTER_KNOBS = {
  present: toggle(true, "the computer has a Bluetooth adapter; a browser without it offers no QR code"),
  readyAfterMs: ms(0, "from Bluetooth being switched on to the adapter accepting a scan"),
};
