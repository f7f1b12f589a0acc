import { describe, expect, test } from "vitest";
import { CtapStatus } from "../../../src/ctap/status.js";
import { QUIRKS } from "../../../src/sim/profiles/profile.js";
import { parseProfile } from "../../../src/sim/profile-files/profile-file.js";
import { GENERIC_PROFILE, PROFILES, profileNamed } from "../../../src/sim/profiles/profiles.js";
import { BenchKey } from "../authenticator/bench-key.js";

describe("shipped profiles", () => {
  test("are those named in the documentation", () => {
    expect([...PROFILES.keys()]).toEqual([
      "generic",
      "ctap23",
      "yubikey5",
      "answers-3a",
      "fingerprint",
      "phone",
      "post-quantum",
      "yubikey5-nfc",
      "yubikey5-fips",
      "yubikey-bio",
      "yubikey-ctap23",
      "security-key-yubico",
      "token2",
      "gotrust-idem",
      "google-titan",
      "atkey-pros",
      "swissbit-ishield",
      "arculus-card",
      "feitian-biopass",
      "feitian-epass",
      "solo1",
      "nitrokey3-v1",
      "nitrokey3",
      "opensk",
      "pico-fido",
      "trezor",
      "windows-hello",
      "android-chrome",
      "android-platform",
      "iphone",
      "ctap20",
      "u2f-only",
    ]);
  });

  test.each([...PROFILES.values()])("$name passes its own parser, through JSON", (profile) => {
    expect(parseProfile(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
  });

  test("have an AAGUID each, but for those whose devices have none", () => {
    const named = [...PROFILES.values()]
      .map(({ aaguid }) => aaguid)
      .filter((aaguid) => !/^[0-]+$/.test(aaguid));
    const twice = named.filter((aaguid, at) => named.indexOf(aaguid) !== at);
    // The made-up row behind yubikey-ctap23 borrows that of the Security Key.
    expect(twice).toEqual(["f8a011f3-8c0a-4d15-8006-17111f9edc7d"]);
    expect(PROFILES.size - named.length).toBe(2);
  });

  test("an unknown name is refused with the known ones", () => {
    expect(() => profileNamed("yubikey6")).toThrow(/yubikey5/);
  });
});

test.each(Object.entries(QUIRKS))("quirk %s says where it was seen", (_, { seenOn, source }) => {
  expect(seenOn).not.toBe("");
  expect(source).not.toBe("");
});

describe("parseProfile", () => {
  test("an empty object is the generic profile", () => {
    expect(parseProfile({})).toEqual(GENERIC_PROFILE);
  });

  test("members replace, groups are merged", () => {
    const profile = parseProfile({
      extends: "fingerprint",
      name: "mine",
      timeouts: { upTimeoutMs: 5_000 },
    });
    const base = profileNamed("fingerprint");
    expect(profile).toEqual({ ...base, name: "mine", timeouts: { ...base.timeouts, upTimeoutMs: 5_000 } });
  });

  test("what it says happens", async () => {
    const profile = parseProfile({
      timeouts: { upTimeoutMs: 5_000 },
      quirks: ["answers3aOnTouchTimeout"],
    });
    const bench = new BenchKey({ profile, behaviour: { walksAway: true } });
    expect(await bench.make()).toBe(CtapStatus.ACTION_TIMEOUT);
    expect(bench.env.clock.nowMs()).toBe(5_000);
  });

  test.each([
    ["no object", 7, "PROFILE_WRONG_TYPE"],
    ["a list", [], "PROFILE_WRONG_TYPE"],
    ["an unknown base", { extends: "yubikey6" }, "PROFILE_UNKNOWN_BASE"],
    ["a misspelt member", { quirk: [] }, "PROFILE_UNKNOWN_MEMBER"],
    ["a misspelt member of a group", { limits: { maxMessageSize: 2000 } }, "PROFILE_UNKNOWN_MEMBER"],
    ["a quirk nobody has", { quirks: ["answers3bOnTouchTimeout"] }, "PROFILE_BAD_VALUE"],
    ["text for a number", { limits: { maxMsgSize: "2000" } }, "PROFILE_WRONG_TYPE"],
    ["half a millisecond", { timeouts: { upTimeoutMs: 0.5 } }, "PROFILE_BAD_VALUE"],
    ["less than nothing", { timeouts: { upTimeoutMs: -1 } }, "PROFILE_BAD_VALUE"],
    ["a message limit below 1024", { limits: { maxMsgSize: 1023 } }, "PROFILE_BAD_VALUE"],
    ["an AAGUID that is none", { aaguid: "1234" }, "PROFILE_BAD_VALUE"],
    ["a country in words", { attestation: { country: "Utopia" } }, "PROFILE_BAD_VALUE"],
    ["no version", { versions: [] }, "PROFILE_BAD_VALUE"],
    ["no algorithm anybody can sign with", { algorithms: [-257] }, "PROFILE_BAD_VALUE"],
    ["an extension nobody simulates", { extensions: ["txAuthSimple"] }, "PROFILE_BAD_VALUE"],
    ["a PIN without a protocol", { pinUvAuthProtocols: [] }, "PROFILE_BAD_VALUE"],
    ["a third protocol", { pinUvAuthProtocols: [3] }, "PROFILE_BAD_VALUE"],
    ["tokens and nothing to earn them with", { options: { clientPin: false } }, "PROFILE_BAD_VALUE"],
    ["half a sensor", { builtInUv: { modality: 2, configured: true } }, "PROFILE_MISSING_MEMBER"],
    [
      "a shortest PIN above the longest",
      { limits: { minPinLength: 8, maxPinLength: 6 } },
      "PROFILE_BAD_VALUE",
    ],
    ["no attestation format", { attestation: { formats: [] } }, "PROFILE_BAD_VALUE"],
  ])("%s", (_, json, code) => {
    expect(() => parseProfile(json)).toThrow(expect.objectContaining({ code }));
  });

  test("an error names the member and suggests the right one", () => {
    expect(() => parseProfile({ limits: { maxMessageSize: 2000 } })).toThrow(
      expect.objectContaining({
        message: expect.stringContaining("limits.maxMessageSize") as string,
        hint: expect.stringContaining("maxMsgSize") as string,
      }),
    );
  });
});
