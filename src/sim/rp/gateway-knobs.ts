import { choice, ms, msOrNever } from "../knobs/knob-spec.js";

/** Options of the network between page and relying party. */
export const NET_KNOBS = {
  latencyMs: ms(50, "one way between page and relying party"),
  loses: choice(
    ["nothing", "finish-answer"],
    "what the network loses: the first answer to every finish call",
  ),
};

/** Options of the gateway in front of the relying party. */
export const GW_KNOBS = {
  idleMs: msOrNever(60_000, "the gateway answers 504 after this long; the work behind it goes on"),
};
