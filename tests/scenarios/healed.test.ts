/** What a story says is wrong is what is wrong: without the one knob it is about, the same story comes to a good end. */
import { describe, expect, test } from "vitest";
import { scenarioNamed } from "../../src/scenarios/catalogue.js";
import { runScenario } from "../../src/scenarios/run.js";
import type { Action, Scenario } from "../../src/scenarios/scenario.js";
import type { KnobOverrides } from "../../src/sim/knobs/knobs.js";

/** The knob that each story is about, and a value with which nothing is wrong. */
const HEALED_BY: readonly (readonly [id: string, knobs: KnobOverrides])[] = [
  ["rp-500-at-finish", { "outage.status": "none" }],
  ["rp-500-at-finish/after-commit", { "outage.status": "none" }],
  ["rp-500-at-finish/login", { "outage.status": "none" }],
  ["rp-429-at-options", { "outage.status": "none" }],
  ["rp-429-at-options/codes", { "outage.status": "none" }],
  ["rp-connection-refused", { "outage.status": "none" }],
  ["rp-connection-refused/at-finish", { "outage.status": "none" }],
  ["rp-connection-refused/reset-after-commit", { "outage.status": "none" }],
  ["client-webauthn-missing", { "client.webauthn": true }],
  ["client-webauthn-missing/javascript-off", { "client.javascript": true }],
  ["client-cookies-off", { "client.cookies": true }],
  ["client-cookies-off/checked", { "client.cookies": true }],
  ["usb-key-demanded-no-key", { "rp.transports": "with-hybrid" }],
  ["usb-key-demanded-no-key", { "rp.transports": "omitted" }],
  ["usb-key-demanded-no-key/browser-without-hybrid", { "os.hybridSupported": true }],
  ["win-hello-setting-intercepts", { "browser.helloForPasswords": false }],
  ["win-hello-setting-intercepts", { "os.helloEnabled": false }],
  ["win-hello-setting-intercepts", { "os.webauthnApi": 6 }],
  ["win-hello-setting-intercepts/transports-omitted", { "browser.helloForPasswords": false }],
  ["win-hello-setting-intercepts/hello-on-setting-off", { "rp.transports": "as-reported" }],
  ["phone-and-security-key/key-without-passkey", { "key.which": "first", "link.road": "hybrid" }],
  ["client-autofill-pending-at-load", { "page.abortsPending": true }],
  ["client-autofill-aborts-login", { "page.autofillMs": null }],
  ["client-autofill-aborts-login", { "page.abortsPending": false }],
  ["client-autofill-aborts-login/registration", { "page.autofillMs": null }],
  ["client-autofill-aborts-login/webkit", { "page.autofillMs": null }],
  ["client-user-activation-lost", { "rp.optionsMs": 9_000 }],
  ["client-user-activation-lost", { "client.profile": "gecko" }],
  ["ext-vault-saves-passkey", { "ext.vault": "open" }],
  ["ext-signed-out-refuses", { "ext.vault": "open" }],
  ["ext-signed-out-refuses", { "ext.vault": "none" }],
  ["ext-signed-out-refuses/locked", { "ext.unlockMs": 5_000 }],
  ["ext-hands-on-without-internal", { "ext.wantsInternal": false }],
  ["ext-hands-on-without-internal", { "rp.transports": "omitted" }],
  ["ext-refuses-in-frame", { "page.frame": "none", "ext.vault": "none" }],
  ["ext-refuses-in-frame", { "ext.inFrames": "hands-on" }],
  ["ext-refuses-in-frame/not-allowed", { "page.frameAllows": true }],
  ["ext-refuses-in-frame/not-expected-by-site", { "rp.topOrigins": "portal" }],
  ["ext-states-own-origin", { "ext.statesOrigin": "page" }],
  ["ext-states-own-origin/top-of-frame", { "ext.statesOrigin": "page" }],
  ["ext-states-own-origin/provider", { "ext.statesOrigin": "page" }],
  ["new-phone-other-account", { "phone.account": "same" }],
  ["passkey-imported-to-other-make/other-flags", { "key.backup": "none" }],
  ["passkey-imported-to-other-make/other-flags", { "rp.backupEligibility": "may-change" }],
  ["backup-eligibility-changes", { "key.backup": "backed-up" }],
  ["client-virtual-authenticator-answers", { "client.virtualAnswers": false }],
  ["otp-sms-never-comes", { "sms.delayMs": 6_000 }],
  ["otp-mail-never-comes", { "mail.delayMs": 5_000 }],
  ["otp-mail-unreadable", { "mail.readable": true }],
  ["otp-sms-not-passed-on", { "relay.humanMs": 60_000 }],
  ["password-forgotten", { "user.forgot": "nothing" }],
  ["password-forgotten/id", { "user.forgot": "nothing" }],
  ["rp-unusual-device-challenged/refused", { "client.known": true }],
  ["rp-unusual-device-challenged", { "rp.unusualDevice": "accepted" }],
  ["call-in-number-withheld", { "call.from": "registered" }],
  ["call-in-number-withheld/other-telephone", { "call.from": "registered" }],
  ["call-in-number-withheld/too-late", { "call.dialMs": 20_000 }],
  ["otp-screen-code-renewed", { "otp.renewMs": null }],
  ["otp-screen-code-renewed", { "otp.renewMs": 60_000 }],
];

/** The same story, in which these knobs have these values from the beginning to the end. */
function withKnobs(scenario: Scenario, knobs: KnobOverrides): Scenario {
  const script = scenario.script.map((action): Action => {
    if (action.do !== "set") return action;
    const left = Object.entries(action.knobs).filter(([name]) => !(name in knobs));
    return { ...action, knobs: Object.fromEntries(left) };
  });
  return { ...scenario, script, knobs: { ...scenario.knobs, ...knobs } };
}

/** What a user at the page came to: one success or failure for each thing done. */
async function seenIn(scenario: Scenario) {
  const { records } = await runScenario(scenario, { seed: "healed" });
  return records.flatMap((record) =>
    record.kind === "user.saw" && record.where === "page" && record.tone ? [record.tone] : [],
  );
}

/** Actions whose end the page reports. */
const REPORTED = ["register", "login", "enter-password", "enter-code"];

describe.each(HEALED_BY)("%s, with %o", (id, knobs) => {
  const scenario = scenarioNamed(id);
  const done = scenario.script.filter(({ do: action }) => REPORTED.includes(action)).length;

  test("comes to a good end", async () => {
    const tones = await seenIn(withKnobs(scenario, knobs));
    expect(tones).toEqual(Array.from({ length: done }, () => "success"));
  });

  test("does not without", async () => {
    const tones = await seenIn(scenario);
    expect(tones).not.toEqual(Array.from({ length: done }, () => "success"));
  });
});
