/**
 * Former ids of scenarios, and the ids they have now.
 *
 * A former id stands for its variants too: `a/b` is the variant `b` of what `a` is called now, unless `a/b` has a
 * line of its own. Ids stay in this table for good: stored traces, scenario files and commands name them.
 */
export const FORMER_IDS: Readonly<Record<string, string>> = {
  "rakuten-error-then-mail": "page-guard-late-mail",
  "rakuten-link-flake-each-attempt": "link-fails-first-attempt",
  "rakuten-second-create": "lost-answer-second-create",
  "rakuten-rp-owned-qr": "rp-owned-qr",
  "rakuten-first-login-other-device": "first-login-refused",
  "rakuten-mailed-key-then-slow-qr": "rp-step-up-expires-before-finish",
  "mercari-qr-login-budget": "qr-login-timeout-budget",
  "mercari-pc-passkey-after-qr": "platform-passkey-after-qr-login",
  "mercari-pc-passkey-after-qr/hello-off/hello-off-unchecked":
    "platform-passkey-after-qr-login/hello-off/unchecked",
  "monex-sms-to-landline": "otp-sms-to-landline",
  "monex-sms-to-spouse": "otp-passed-on-by-voice",
  "monex-mail-otp-in-spam": "otp-mail-in-spam",
  "monex-lockout-extended": "lockout-extended-by-attempts",
  "monex-callcentre-reset": "call-centre-factor-reset",
  "fallback-line-works": "fallback-provider-linked-by-code",
  "fallback-google-not-linked": "fallback-provider-not-linked",
  "ble-off-at-start/slow-person": "ble-off-at-start/slow-user",
  "ble-off-at-start/slow-person-webkit": "ble-off-at-start/slow-user-webkit",
  "ble-off-at-start/slow-person-gecko": "ble-off-at-start/slow-user-gecko",
};

/** Returns the present id of a former one, or undefined when `id` was never renamed. */
export function presentIdOf(id: string): string | undefined {
  return replacePrefix(id, Object.entries(FORMER_IDS))[0];
}

/** Returns the former ids of a scenario or variant, the first one first; empty when it was never renamed. */
export function formerIdsOf(id: string): readonly string[] {
  return replacePrefix(
    id,
    Object.entries(FORMER_IDS).map(([former, present]) => [present, former]),
  );
}

/** The longest prefix wins: a variant's own line goes before that of its scenario. */
function replacePrefix(id: string, entries: readonly (readonly [string, string])[]): readonly string[] {
  const matching = entries.filter(([prefix]) => id === prefix || id.startsWith(`${prefix}/`));
  const longest = Math.max(...matching.map(([prefix]) => prefix.length));
  return matching
    .filter(([prefix]) => prefix.length === longest)
    .map(([prefix, replacement]) => replacement + id.slice(prefix.length));
}
