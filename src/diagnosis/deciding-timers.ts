/**
 * Names of the timers that a verdict may say decided or ended a ceremony; any other name is a typing mistake.
 *
 * @see docs/verdicts.md
 */
export const DECIDING_TIMERS: readonly string[] = [
  "client.ceremony",
  "page.guard",
  "key.up",
  "phone.platform",
  "hybrid.link",
  "hybrid.scan",
  "tunnel.ttl",
  "gw.idle",
  "poll.limit",
  "rp.poll",
  "rp.challenge",
  "rp.step-up",
  "rp.fresh",
  "hid.busy",
  "hid.silence",
  "hid.reassembly",
  "ext.focus",
  "otp.ttl",
  "call.window",
  "lock.ladder",
  "idp.code",
];
