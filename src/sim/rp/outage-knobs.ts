import { choice, countOrNever, ms, msOrNever } from "../knobs/knob-spec.js";

/** Options of failures of the relying party's server. */
export const OUTAGE_KNOBS = {
  status: choice(
    ["none", "500", "503", "429", "no-answer"],
    "HTTP status that calls fail with; no-answer: the connection is refused, or reset; none: no call fails",
  ),
  call: choice(
    ["any", "options", "finish", "state", "qr", "poll", "login", "code", "verify", "link"],
    "which calls fail, by their last step; login is that of passwords and identity providers",
  ),
  stage: choice(
    ["before-work", "after-work"],
    "a call fails before the relying party acts on it, or after it did, so that only its answer is lost",
  ),
  fromMs: ms(0, "from the start of the run to the first call that may fail"),
  forMs: msOrNever(null, "from then to the last call that may fail; never: to the end of the run"),
  count: countOrNever(null, "how many calls fail; never: every one", { min: 1 }),
};
