import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseScenarioFile } from "../../src/scenarios/files/define-scenario.js";
import { runScenario } from "../../src/scenarios/run.js";

const FOLDER = join(import.meta.dirname, "reduced");

/** What each ceremony of a case comes to, and the timer that decided it; the cases say what was said of them before. */
const VERDICTS: Readonly<Record<string, readonly (readonly [cause: string, timer?: string])[]>> = {
  "w01-login-finish-answer-lost": [["success"], ["mail-queue-only"]],
  "w02-login-handler-throws": [["success"], ["mail-queue-only"]],
  "w03-wrong-finger-called-refusal": [["uv-blocked"]],
  "w04-login-screenlock-link-flake": [["success"], ["phone-not-ready", "client.ceremony"]],
  "w05-login-link-deadline-phone-no-tunnel": [["phone-not-heard", "hybrid.link"]],
  "w05b-login-link-deadline-link-flake": [["success"], ["phone-not-heard", "hybrid.link"]],
  "w06-login-tunnel-ttl-link-flake": [["success"], ["advert-too-long", "tunnel.ttl"]],
  "w07-platform-timeout-called-lost-answer": [["key-timeout", "phone.platform"]],
  "w08-firefox-unknown-key-called-token-expired": [["success"], ["other-authenticator"]],
  "w09-guard-of-next-ceremony": [["success"], ["late-delivery", "page.guard"]],
  "w10-late-phone-of-the-last-ceremony": [
    ["client-timeout", "client.ceremony"],
    ["client-timeout", "client.ceremony"],
  ],
  "w11-key-dark-then-unplugged": [["key-timeout", "key.up"]],
  "w12-quit-after-the-end": [["options-timeout", "gw.idle"]],
  "w13-site-qr-commit-behind-the-answer": [["rp-owned-qr", "poll.limit"]],
  "w14-slow-extension-success": [["success"]],
  "w15-id-cut-off-success": [["credential-id-truncated"]],
  "w16-negative-lateness": [["late-delivery", "page.guard"]],
  "w17-key-without-the-passkey-undecided": [["success"], ["verification-unavailable"]],
  "w18-late-commit-that-was-early": [["gateway-504-late-commit", "gw.idle"]],
  "w19-second-phone-after-the-end": [["message-rejected"]],
  "w20-phone-left-called-blocked-tunnel": [["phone-closed-by-owner"]],
  "w21-retry-link-lost-before-the-request": [
    ["client-timer-orphan", "client.ceremony"],
    ["client-timeout", "client.ceremony"],
  ],
  "w22-linked-phone-internal-only": [["success"], ["tunnel-refused"]],
  "w23-options-504-called-late-commit": [
    ["gateway-504-late-commit", "gw.idle"],
    ["options-timeout", "gw.idle"],
  ],
  "w24-flag-hides-the-timer": [["client-timeout", "client.ceremony"]],
  "w25-login-504-undecided": [["success"], ["gateway-504-late-commit", "gw.idle"]],
  "w26-sms-arrives-nobody-tells-undecided": [["code-not-received"]],
  "w27-linked-phone-without-mobile-data": [["phone-no-tunnel", "tunnel.ttl"]],
  "w28-link-gone-then-code": [["phone-no-tunnel", "client.ceremony"]],
  "w29-linked-phone-not-heard": [["success"], ["phone-not-heard", "tunnel.ttl"]],
  "w30-key-reset-before-login": [["success"], ["verification-unavailable"]],
  "w31-app-lost-while-a-code-is-asked-for": [["factor-lost"]],
  "w32-script-breaks-then-asks": [["success"]],
  "w34-key-pulled-between-two-commands": [
    ["key-unplugged", "client.ceremony"],
    ["no-authenticator", "client.ceremony"],
  ],
  "w35-second-try-replaces-the-key": [["success"]],
  "w33-key-busy-for-ever": [["client-timer-orphan", "client.ceremony"], ["no-credential"]],
};

const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

test("every case has a verdict to come to, and every verdict its case", () => {
  expect(files.map((name) => name.replace(/\.json$/, "")).sort()).toEqual(Object.keys(VERDICTS).sort());
});

test.each(Object.entries(VERDICTS))("%s", async (name, wanted) => {
  const scenario = parseScenarioFile(readFileSync(join(FOLDER, `${name}.json`), "utf8"));
  const { explanation } = await runScenario(scenario, { seed: "1" });
  expect(
    explanation.ceremonies.map(({ mechanism, decidedBy }) => [
      mechanism,
      ...(decidedBy ? [decidedBy.timer] : []),
    ]),
  ).toEqual(wanted);
  const sentences = explanation.ceremonies.flatMap(({ verdict, evidence, consequences }) => [
    verdict,
    ...evidence,
    ...consequences.map(({ text }) => text),
  ]);
  expect(sentences.filter((text) => /(^|\s)-\d+\.\d{3} s/.test(text))).toEqual([]);
});
