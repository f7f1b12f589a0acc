import { describe, expect, test } from "vitest";
import {
  actionOn,
  effectiveTimeoutMs,
  type ClientProfile,
  type SourcedMember,
} from "../../../src/webauthn/profiles/client-profile.js";
import { CLIENT_PROFILES, GECKO, CHROME_FLOOR_3M } from "../../../src/webauthn/profiles/client-profiles.js";

const profile = (id: string): ClientProfile => {
  const found = CLIENT_PROFILES[id];
  if (found === undefined) throw new Error(`no profile ${id}`);
  return found;
};

/**
 * Collected facts about ceremony timers, in milliseconds; `row` is the fact's number in that collection.
 * Copied by hand, not computed: a number changed in the table alone fails here.
 */
const FACTS: readonly (readonly [
  id: string,
  row: string,
  numbers: Partial<Record<SourcedMember, number | null | boolean>>,
])[] = [
  ["spec-l3", "1.1, 1.2", { minMs: 300000, maxMs: 600000, missingMs: 300000 }],
  ["spec-l2-uvd", "1.3", { minMs: 30000, maxMs: 180000, missingMs: 120000 }],
  ["spec-l2", "1.3", { minMs: 300000, maxMs: 600000, missingMs: 300000 }],
  ["spec-l3", "1.5", { conditionalTimeoutMs: null }],
  ["chrome-floor3m", "1.9", { minMs: 180000, maxMs: 72000000, missingMs: 72000000 }],
  ["chrome-10s-10m", "1.10", { minMs: 10000, maxMs: 600000, missingMs: 600000 }],
  ["chrome-floor3m", "1.12", { virtualAuthenticatorBypass: true }],
  ["chrome-10s-10m", "1.12", { virtualAuthenticatorBypass: true }],
  ["chrome-windows", "1.14", { minMs: 180000, maxMs: 72000000, missingMs: 72000000, osDialogMs: 300000 }],
  ["gecko", "1.17", { minMs: 15000, maxMs: 120000, missingMs: 30000 }],
  ["webkit", "1.18", { minMs: 0, maxMs: 120000, missingMs: 120000, conditionalTimeoutMs: null }],
  ["passkey-rs", "1.19", { minMs: 300000, maxMs: 600000 }],
  ["webauthn-rs", "1.21", { maxMs: 60000, missingMs: 60000 }],
  ["python-fido2", "1.22", { minMs: null, maxMs: null, missingMs: null }],
  [
    "extension-shim",
    "1.25",
    { minMs: null, maxMs: null, missingMs: null, focusWaitMs: 300000, pageGuardMs: 90000 },
  ],
  ["chrome-floor3m", "1.30", { focusCheckedAtCompletion: true }],
  ["chrome-floor3m", "measured in the lab", { focusCheckedAtCall: true, asksTouchOfUnknownKey: false }],
  ["gecko", "measured in the lab", { asksTouchOfUnknownKey: true }],
];

test.each(FACTS)("%s has the numbers of fact %s", (id, _, numbers) => {
  expect(profile(id)).toMatchObject(numbers);
});

test("every profile is held to a fact", () => {
  expect(Object.keys(CLIENT_PROFILES).sort()).toEqual([...new Set(FACTS.map(([id]) => id))].sort());
});

test.each(Object.values(CLIENT_PROFILES))("$id names a source for each number", (one) => {
  const members = ["minMs", "maxMs", "missingMs", "conditionalTimeoutMs", "statusHandling"] as const;
  const optional = (["osDialogMs", "focusWaitMs", "pageGuardMs"] as const).filter((name) => name in one);
  for (const member of [...members, ...optional]) expect(one.sources[member], member).toBeTruthy();
});

describe("the effective timeout", () => {
  const EFFECTIVE: readonly (readonly [id: string, wantedMs: number | undefined, effectiveMs: number])[] = [
    ["chrome-floor3m", 60_000, 180_000],
    ["chrome-floor3m", 180_000, 180_000],
    ["chrome-floor3m", 86_400_000, 72_000_000],
    ["chrome-floor3m", undefined, 72_000_000],
    ["chrome-10s-10m", 0, 10_000],
    ["chrome-10s-10m", 60_000, 60_000],
    ["gecko", 5_000, 15_000],
    ["gecko", 20_000, 20_000],
    ["gecko", undefined, 30_000],
    ["gecko", 300_000, 120_000],
    ["webkit", 0, 0],
    ["webkit", 60_000, 60_000],
    ["webkit", 600_000, 120_000],
    ["spec-l3", 60_000, 300_000],
    ["spec-l3", 900_000, 600_000],
    ["spec-l2-uvd", undefined, 120_000],
    ["extension-shim", 60_000, Infinity],
    ["python-fido2", 60_000, 60_000],
    ["python-fido2", undefined, Infinity],
    ["webauthn-rs", 1, 1],
  ];

  test.each(EFFECTIVE)("of %s for %s is %s", (id, wantedMs, effectiveMs) => {
    expect(effectiveTimeoutMs(profile(id), wantedMs)).toBe(effectiveMs);
  });

  test("is the site's own while Chromium has a virtual authenticator attached", () => {
    expect(effectiveTimeoutMs(CHROME_FLOOR_3M, 2_000, { virtualAuthenticator: true })).toBe(2_000);
  });

  test("stays within bounds in Firefox even with a virtual authenticator attached", () => {
    expect(effectiveTimeoutMs(GECKO, 2_000, { virtualAuthenticator: true })).toBe(15_000);
  });

  test.each(Object.values(CLIENT_PROFILES))("of a conditional request in $id is endless", (one) => {
    expect(effectiveTimeoutMs(one, 60_000, { conditional: true })).toBe(Infinity);
  });
});

describe("a refusal", () => {
  /** Facts 2.2 and 2.5; 0x2e from the catalogue of stale keys. */
  const ACTIONS: readonly (readonly [
    id: string,
    transport: "usb" | "hybrid",
    status: string,
    tokenInUse: boolean,
    action: string,
  ])[] = [
    ["chrome-floor3m", "usb", "0x19", false, "end"],
    ["chrome-floor3m", "usb", "0x26", false, "end"],
    ["chrome-floor3m", "usb", "0x27", false, "end"],
    ["chrome-floor3m", "usb", "0x28", false, "end"],
    ["chrome-floor3m", "usb", "0x2e", false, "end"],
    ["chrome-floor3m", "usb", "0x33", false, "end"],
    ["chrome-floor3m", "usb", "0x2f", false, "drop"],
    ["chrome-floor3m", "usb", "0x3a", false, "drop"],
    ["chrome-floor3m", "usb", "0x2d", false, "drop"],
    ["chrome-floor3m", "usb", "0x7f", false, "drop"],
    ["chrome-floor3m", "usb", "0x2f", true, "end"],
    ["chrome-floor3m", "hybrid", "0x2f", false, "end"],
    ["webkit", "usb", "0x2f", false, "reissue"],
    ["webkit", "usb", "0x19", false, "end"],
    ["webkit", "usb", "0x27", false, "drop"],
    ["gecko", "usb", "0x2f", false, "end"],
  ];

  test.each(ACTIONS)("%s over %s with %s, token in use: %s, means: %s", (...row) => {
    const [id, transport, status, tokenInUse, action] = row;
    const handling = profile(id).statusHandling[transport];
    expect(actionOn(handling, { status: Number(status), tokenInUse })).toBe(action);
  });
});
