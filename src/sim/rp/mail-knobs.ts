import { msOrNever, toggle } from "../knobs/knob-spec.js";

/** Options of the relying party's mail. */
export const MAIL_KNOBS = {
  delayMs: msOrNever(5_000, "from the queue to the user's inbox (`mail.delay`); never: no mail arrives"),
  spam: toggle(false, "mails with codes are put into the spam folder"),
  scannerMs: msOrNever(
    null,
    "from the queue to a mail scanner opening the link in a mail; never: there is no scanner",
  ),
};
