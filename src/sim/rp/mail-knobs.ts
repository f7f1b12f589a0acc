import { msOrNever, toggle } from "../knobs/knob-spec.js";

/** Options of the relying party's mail. */
export const MAIL_KNOBS = {
  delayMs: msOrNever(5_000, "from the queue to the user's inbox (`mail.delay`); never: no mail arrives"),
  spam: toggle(false, "mails with codes are put into the spam folder"),
  readable: toggle(true, "the user can open their inbox: the account, its password, the device it is on"),
  scannerMs: msOrNever(
    null,
    "from the queue to a mail scanner opening the link in a mail; never: there is no scanner",
  ),
};
