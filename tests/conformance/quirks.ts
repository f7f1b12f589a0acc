import type { AuthenticatorProfile, QUIRKS } from "../../src/entry/sim.js";

type QuirkName = keyof typeof QUIRKS;

/** Checks that fail because of a quirk that a profile lists. A quirk without checks shows in none of them. */
export const CHECKS_OF_QUIRK: Readonly<Partial<Record<QuirkName, readonly string[]>>> = {
  answers3aOnTouchTimeout: [
    "make-credential.touch-timeout",
    "get-assertion.touch-timeout",
    "selection.touch-timeout",
    "reset.touch-timeout",
  ],
  answers2fOnTouchTimeout: ["make-credential.touch-timeout", "get-assertion.touch-timeout"],
  touchesBeforeNoCredentials: ["get-assertion.unknown-credential-at-once"],
  answers14ToEmptyPinAuth: ["make-credential.empty-param-asks-touch", "make-credential.empty-param-with-pin"],
  answersEmptyPinAuthWithoutTouch: ["make-credential.empty-param-asks-touch"],
  answers33ToEmptyPinAuth: ["make-credential.empty-param-with-pin"],
  answers33ToPinAuthWithoutPin: ["make-credential.token-without-pin", "get-assertion.token-without-pin"],
  answers31WhenPinBlocked: ["pin.all-tries-used"],
  answers22ToUnknownCredential: ["get-assertion.unknown-credential"],
  answers2bToUvWithoutUv: ["make-credential.option-uv-unsupported", "get-assertion.option-uv-unsupported"],
  answers2bToUnknownExtension: ["make-credential.unknown-extension", "get-assertion.unknown-extension"],
  excludesForeignRp: ["make-credential.exclude-other-rp", "make-credential.exclude-other-type"],
  acceptsRkInGetAssertion: ["get-assertion.option-rk"],
  omitsSingleCredential: ["get-assertion.credential-named"],
  refusesRetriesWithoutPin: ["client-pin.retries-answered", "client-pin.retries-without-protocol"],
  answers33ToSaltsWithoutProtocol: [
    "hmac-secret.one-salt",
    "hmac-secret.two-salts",
    "hmac-secret.per-credential",
    "hmac-secret.salt-of-16",
    "hmac-secret.without-member-1",
    "hmac-secret.without-member-2",
    "hmac-secret.without-member-3",
    "hmac-secret.without-touch",
  ],
};

/** What a profile says of a device beside its quirks, and the checks that fail because of it. */
export const CHECKS_OF_TRAIT: readonly {
  readonly trait: string;
  readonly holds: (profile: AuthenticatorProfile) => boolean;
  readonly checks: readonly string[];
}[] = [
  {
    trait: "takes a reset within five seconds only (Yubico before firmware 5.5.4)",
    holds: ({ timeouts }) => timeouts.resetWindowMs < 8_000,
    checks: ["reset.late-in-window"],
  },
  {
    trait: "wants to be unplugged after two wrong PINs (Nitrokey 3 of 2023)",
    holds: ({ limits }) => limits.pinMismatchesUntilPowerCycle < 3,
    checks: ["pin.three-wrong-in-a-row"],
  },
  {
    trait: "has a display, and so may take a reset at any time; getInfo does not say so",
    holds: ({ hasDisplay }) => hasDisplay,
    checks: ["reset.outside-window"],
  },
  {
    trait: "is a phone that claims CTAP 2.1 over hybrid, where its platform manages PIN and credentials",
    holds: ({ transports, versions }) => transports.includes("hybrid") && versions.includes("FIDO_2_1"),
    checks: [
      "get-info.token-in-21",
      "get-info.cred-mgmt-in-21",
      "get-info.cred-protect-in-21",
      "get-info.hmac-secret-in-21",
    ],
  },
  {
    trait: "takes more than the 1024 bytes that getInfo promises by leaving maxMsgSize out",
    holds: ({ limits, reports }) =>
      reports?.members.includes("maxMsgSize") === false && limits.maxMsgSize > 1_024,
    checks: ["command.larger-than-max"],
  },
];

/** Checks that may fail on a device of this profile. */
export function documentedFailures(profile: AuthenticatorProfile): ReadonlySet<string> {
  return new Set([
    ...profile.quirks.flatMap((quirk) => CHECKS_OF_QUIRK[quirk] ?? []),
    ...CHECKS_OF_TRAIT.filter(({ holds }) => holds(profile)).flatMap(({ checks }) => checks),
  ]);
}
