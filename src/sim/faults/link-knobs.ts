import { choice, count, ms } from "../knobs/knob-spec.js";

/** Options of the link between client and authenticator. */
export const LINK_KNOBS = {
  road: choice(
    ["hid", "loopback", "hybrid"],
    "the transport: CTAPHID, a direct call as in a phone's own browser, or hybrid (BLE advert and tunnel)",
  ),
  seenAs: choice(["usb", "hybrid"], "the transport that the browser takes the link for"),
  readyMs: ms(0, "from the browser's first use of the link to the link being ready, as with a late advert"),
  breaks: choice(
    ["never", "before-request", "after-answer"],
    "the link fails before the authenticator gets the request, or after it answered",
  ),
  breakCount: count(1, "in how many ceremonies that happens"),
};
