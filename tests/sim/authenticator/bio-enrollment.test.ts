import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborValue } from "../../../src/cbor/value.js";
import { concat } from "../../../src/core/bytes.js";
import {
  bioEnrollmentMessage,
  bioEnrollmentParameters,
  BioEnrollmentSubcommand as Subcommand,
  encodeBioEnrollmentRequest,
  parseBioEnrollmentResponse,
  type BioEnrollmentParameters,
  type BioEnrollmentRequest,
} from "../../../src/ctap/messages/bio-enrollment.js";
import { Permission } from "../../../src/ctap/messages/client-pin.js";
import { CtapCommand } from "../../../src/ctap/command.js";
import {
  bioEnrollment,
  type EnrollmentSample,
  type FingerprintEnroller,
} from "../../../src/ctap/client/fingerprint-enroller.js";
import type { Ctap2Session } from "../../../src/ctap/client/session.js";
import type { PinUvAuthToken } from "../../../src/ctap/client/pin-uv-auth-token.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { parseStore, encodeStore } from "../../../src/sim/authenticator/store/store-file.js";
import { CredentialStore } from "../../../src/sim/authenticator/store/credential-store.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import type { AuthenticatorProfile } from "../../../src/sim/profiles/profile.js";
import type { UserBehaviour } from "../../../src/sim/user.js";
import { BenchKey, bodyOf, PIN, type BenchOptions } from "./bench-key.js";

const FINGERPRINT = profileNamed("fingerprint");

/** Fingers nobody enrolled yet, and where there is a PIN to begin with. */
const BLANK: AuthenticatorProfile = {
  ...FINGERPRINT,
  builtInUv: {
    ...(FINGERPRINT.builtInUv as NonNullable<AuthenticatorProfile["builtInUv"]>),
    configured: false,
  },
};

/** The drafts of CTAP 2.1, with and without tokens that know permissions. */
const DRAFTS: AuthenticatorProfile = {
  ...BLANK,
  versions: ["FIDO_2_0", "FIDO_2_1_PRE"],
  options: {
    ...BLANK.options,
    pinUvAuthToken: false,
    bioEnroll: false,
    uvBioEnroll: false,
    userVerificationMgmtPreview: true,
  },
};

class BioBench extends BenchKey {
  #session: Ctap2Session | undefined;
  #token: PinUvAuthToken | undefined;

  static async open(behaviour: UserBehaviour = {}, more: Partial<BenchOptions> = {}): Promise<BioBench> {
    const bench = new BioBench({ profile: BLANK, behaviour, ...more });
    await bench.setPin();
    await bench.login();
    return bench;
  }

  async login(permissions: number = Permission.bioEnrollment): Promise<PinUvAuthToken> {
    this.#session = await this.session();
    this.#token = await this.run(this.#session.pinUvAuthToken({ pin: PIN, permissions }));
    return this.#token;
  }

  get enroller(): FingerprintEnroller {
    return bioEnrollment(this.#session as Ctap2Session, this.#token as PinUvAuthToken);
  }

  /** Every sample of one enrolment, at most `most`. */
  async enroll(most = 20): Promise<readonly EnrollmentSample[]> {
    const work = async () => {
      const samples: EnrollmentSample[] = [];
      for await (const sample of this.enroller.enroll()) {
        samples.push(sample);
        if (samples.length === most) break;
      }
      return samples;
    };
    return this.run(work());
  }

  /** Status of a request that is signed as it should be, but for what the test wants otherwise. */
  async say(
    subCommand: number,
    parameters: BioEnrollmentParameters | undefined,
    changed: Partial<BioEnrollmentRequest> = {},
    signal?: AbortSignal,
  ): Promise<number | undefined> {
    const token = this.#token as PinUvAuthToken;
    const signed = {
      subCommand,
      ...(parameters && { subCommandParams: bioEnrollmentParameters(parameters) }),
    };
    const request = {
      modality: 1,
      ...signed,
      pinUvAuthProtocol: token.protocol,
      pinUvAuthParam: token.authenticate(bioEnrollmentMessage(signed)),
      ...changed,
    };
    return this.status(encodeBioEnrollmentRequest(request, CtapCommand.bioEnrollment), { signal });
  }

  async options(): Promise<Readonly<Record<string, boolean>>> {
    return (await this.session()).info.options ?? {};
  }
}

const send = (members: readonly (readonly [number, CborValue])[]) =>
  concat(Uint8Array.of(CtapCommand.bioEnrollment), encodeCbor(new Map(members)));

const SIGNED_ALL = [
  Subcommand.enrollBegin,
  Subcommand.enrollCaptureNextSample,
  Subcommand.enumerateEnrollments,
  Subcommand.setFriendlyName,
  Subcommand.removeEnrollment,
];

/** Good parameters for any subcommand. */
const ANY = { templateId: Uint8Array.of(0), templateFriendlyName: "x" };

describe("requests", () => {
  test("getModality answers fingerprint, to anybody", async () => {
    const bench = new BenchKey({ profile: BLANK });
    const body = bodyOf(await bench.send(send([[6, true]])));
    expect(parseBioEnrollmentResponse(body)).toEqual({ modality: 1 });
  });

  test.each([
    ["without a modality", [[2, 7]], CtapStatus.MISSING_PARAMETER],
    ["without a subcommand", [[1, 1]], CtapStatus.MISSING_PARAMETER],
    ["with nothing", [], CtapStatus.MISSING_PARAMETER],
    [
      "of another modality",
      [
        [1, 2],
        [2, 7],
      ],
      CtapStatus.INVALID_PARAMETER,
    ],
    [
      "of a subcommand nobody knows",
      [
        [1, 1],
        [2, 8],
      ],
      CtapStatus.INVALID_SUBCOMMAND,
    ],
    [
      "with a subcommand that is text",
      [
        [1, 1],
        [2, "7"],
      ],
      CtapStatus.CBOR_UNEXPECTED_TYPE,
    ],
  ] as const)("%s", async (_, members, status) => {
    expect(await new BenchKey({ profile: BLANK }).status(send(members))).toBe(status);
  });

  test.each(["generic", "ctap23", "phone", "u2f-only"])("a %s key knows no such command", async (name) => {
    const bench = new BenchKey({ profile: profileNamed(name) });
    expect(await bench.status(send([[6, true]]))).toBe(CtapStatus.INVALID_COMMAND);
  });

  test.each(SIGNED_ALL)("subcommand %i without a signature is PUAT_REQUIRED", async (subCommand) => {
    const bench = await BioBench.open();
    expect(await bench.say(subCommand, ANY, { pinUvAuthParam: undefined as never })).toBe(
      CtapStatus.PUAT_REQUIRED,
    );
  });

  test.each(SIGNED_ALL)("subcommand %i without a protocol is MISSING_PARAMETER", async (subCommand) => {
    const bench = await BioBench.open();
    const changed = { pinUvAuthProtocol: undefined as never };
    expect(await bench.say(subCommand, ANY, changed)).toBe(CtapStatus.MISSING_PARAMETER);
  });

  test.each(SIGNED_ALL)(
    "subcommand %i with a protocol nobody speaks is INVALID_PARAMETER",
    async (subCommand) => {
      const bench = await BioBench.open();
      expect(await bench.say(subCommand, ANY, { pinUvAuthProtocol: 3 })).toBe(CtapStatus.INVALID_PARAMETER);
    },
  );

  test.each(SIGNED_ALL)("subcommand %i signed wrongly is PIN_AUTH_INVALID", async (subCommand) => {
    const bench = await BioBench.open();
    const changed = { pinUvAuthParam: new Uint8Array(32) };
    expect(await bench.say(subCommand, ANY, changed)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test.each(SIGNED_ALL)("subcommand %i with another permission is PIN_AUTH_INVALID", async (subCommand) => {
    const bench = await BioBench.open();
    await bench.login(Permission.makeCredential | Permission.credentialManagement);
    expect(await bench.say(subCommand, ANY)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test.each([
    [Subcommand.enrollCaptureNextSample, {}],
    [Subcommand.removeEnrollment, {}],
    [Subcommand.setFriendlyName, { templateId: Uint8Array.of(0) }],
    [Subcommand.setFriendlyName, { templateFriendlyName: "x" }],
  ])("subcommand %i with %j only is MISSING_PARAMETER", async (subCommand, parameters) => {
    const bench = await BioBench.open();
    expect(await bench.say(subCommand, parameters)).toBe(CtapStatus.MISSING_PARAMETER);
  });
});

describe("the sensor", () => {
  test("says what it is, to anybody", async () => {
    const bench = await BioBench.open();
    expect(await bench.run(bench.enroller.sensorInfo())).toEqual({
      kind: "touch",
      samplesMax: 4,
      nameBytesMax: 32,
    });
  });
});

describe("enrolment", () => {
  test("takes as many good samples as the sensor says, and is then a finger", async () => {
    const bench = await BioBench.open();
    const samples = await bench.enroll();
    expect(samples.map(({ feedback, remaining }) => [feedback, remaining])).toEqual([
      ["GOOD", 3],
      ["GOOD", 2],
      ["GOOD", 1],
      ["GOOD", 0],
    ]);
    expect(await bench.run(bench.enroller.templates())).toEqual([{ templateId: samples[0]?.templateId }]);
  });

  test("turns built-in verification on", async () => {
    const bench = await BioBench.open();
    expect(await bench.options()).toMatchObject({ bioEnroll: false, uv: false, uvBioEnroll: true });
    await bench.enroll();
    expect(await bench.options()).toMatchObject({ bioEnroll: true, uv: true });
    expect(await bench.make({ options: { uv: true } })).toBe(CtapStatus.OK);
  });

  test.each(["TOO_FAST", "POOR_QUALITY", "EXISTS", "NO_PRESENCE_TRANSITION"] as const)(
    "does not count a sample that is %s",
    async (feedback) => {
      const bench = await BioBench.open({ nth: { 2: { actMs: 800, feedback } } });
      const samples = await bench.enroll();
      expect(samples.map((sample) => [sample.feedback, sample.remaining])).toEqual([
        ["GOOD", 3],
        [feedback, 3],
        ["GOOD", 2],
        ["GOOD", 1],
        ["GOOD", 0],
      ]);
    },
  );

  test("does not put another finger to the one before", async () => {
    const bench = await BioBench.open({ nth: { 1: { does: "uses-wrong-finger" } } });
    expect(await bench.enroll(1)).toMatchObject([{ feedback: "MERGE_FAILURE", remaining: 4 }]);
  });

  test("says so, and is no error, when no finger comes", async () => {
    const bench = await BioBench.open({ nth: { 1: { does: "walks-away" } } });
    const startMs = bench.env.clock.nowMs();
    expect(await bench.enroll(1)).toMatchObject([
      { feedback: "NO_USER_ACTIVITY", status: 0x0d, remaining: 4 },
    ]);
    expect(bench.env.clock.nowMs() - startMs).toBe(30_000);
  });

  test("waits as long as the client says", async () => {
    const bench = await BioBench.open({ walksAway: true });
    const startMs = bench.env.clock.nowMs();
    expect(await bench.say(Subcommand.enrollBegin, { timeoutMilliseconds: 4_000 })).toBe(CtapStatus.OK);
    expect(bench.env.clock.nowMs() - startMs).toBe(4_000);
  });

  test("that somebody refuses is OPERATION_DENIED", async () => {
    const bench = await BioBench.open({ refuses: true });
    await expect(bench.enroll()).rejects.toMatchObject({ code: "CTAP_OPERATION_DENIED" });
  });

  test("says that it waits for the person", async () => {
    const bench = await BioBench.open();
    await bench.enroll(1);
    expect(bench.traced("ctap.keepalive")).toMatchObject([{ status: "up-needed" }, { status: "processing" }]);
  });

  test("that is cancelled answers 0x2D, and nothing of it stays", async () => {
    const bench = await BioBench.open({ walksAway: true });
    const abort = new AbortController();
    bench.env.clock.arm(1_000, "test", () => abort.abort(new Error("enough")));
    const work = bench.enroller.enroll({ signal: abort.signal }).next();
    await expect(bench.run(work)).rejects.toThrow("enough");
    expect(bench.traced("ctap.response").at(-2)).toMatchObject({ status: "KEEPALIVE_CANCEL" });
    expect(await bench.run(bench.enroller.templates())).toEqual([]);
  });

  test("that is cancelled at a later sample is given up by the device, not only by the client", async () => {
    const bench = await BioBench.open({ nth: { 2: { does: "walks-away" } } });
    const begun = await bench.run(bench.enroller.enroll().next());
    const { templateId } = begun.value as EnrollmentSample;
    const abort = new AbortController();
    bench.env.clock.arm(1_000, "test", () => abort.abort());
    const next = Subcommand.enrollCaptureNextSample;
    expect(await bench.say(next, { templateId }, {}, abort.signal)).toBe(CtapStatus.KEEPALIVE_CANCEL);
    expect(await bench.say(next, { templateId })).toBe(CtapStatus.INVALID_PARAMETER);
  });

  test("that is left half way is given up", async () => {
    const bench = await BioBench.open();
    const [sample] = await bench.enroll(2);
    const { templateId } = sample as EnrollmentSample;
    expect(await bench.say(Subcommand.enrollCaptureNextSample, { templateId })).toBe(
      CtapStatus.INVALID_PARAMETER,
    );
    expect(await bench.options()).toMatchObject({ bioEnroll: false });
  });

  test("goes on only with the template it began with", async () => {
    const bench = await BioBench.open();
    await bench.say(Subcommand.enrollBegin, undefined);
    const other = { templateId: Uint8Array.of(1, 2, 3, 4) };
    expect(await bench.say(Subcommand.enrollCaptureNextSample, other)).toBe(CtapStatus.INVALID_PARAMETER);
  });

  test("is not disturbed by getInfo", async () => {
    const bench = await BioBench.open();
    const work = async () => {
      const samples: number[] = [];
      for await (const { remaining } of bench.enroller.enroll()) {
        samples.push(remaining);
        await bench.key.handle(Uint8Array.of(CtapCommand.getInfo));
      }
      return samples;
    };
    expect(await bench.run(work())).toEqual([3, 2, 1, 0]);
  });

  test.each([
    ["a power cycle", (bench: BioBench) => Promise.resolve(bench.key.powerCycle())],
    [
      "a reset",
      async (bench: BioBench) => {
        await bench.run(bench.key.handle(Uint8Array.of(CtapCommand.reset)));
        await bench.setPin();
      },
    ],
    ["a new one", (bench: BioBench) => bench.say(Subcommand.enrollBegin, undefined)],
    ["cancelCurrentEnrollment, without a token", (bench: BioBench) => bench.run(bench.enroller.cancel())],
  ])("ends with %s", async (_, end) => {
    const bench = await BioBench.open();
    const begun = await bench.run(bench.enroller.enroll().next());
    const { templateId } = begun.value as EnrollmentSample;
    await end(bench);
    await bench.login();
    expect(await bench.say(Subcommand.enrollCaptureNextSample, { templateId })).toBe(
      CtapStatus.INVALID_PARAMETER,
    );
  });

  test("cancelling nothing is OK", async () => {
    const bench = await BioBench.open();
    await bench.run(bench.enroller.cancel());
    expect(bench.traced("ctap.response").at(-1)).toMatchObject({ status: "OK" });
  });

  test("of one finger too many is FP_DATABASE_FULL", async () => {
    const bench = await BioBench.open();
    for (let finger = 0; finger < 5; finger++) await bench.enroll();
    await expect(bench.enroll()).rejects.toMatchObject({ code: "CTAP_FP_DATABASE_FULL" });
    expect(await bench.run(bench.enroller.templates())).toHaveLength(5);
  });

  test("lets verification that was used up begin anew", async () => {
    const bench = await BioBench.open();
    bench.key.store.remember({ uvRetries: 0 });
    await bench.enroll();
    expect(bench.key.store.memory.uvRetries).toBeUndefined();
  });
});

describe("templates", () => {
  test("without any, enumeration is INVALID_OPTION, which a client takes for an empty list", async () => {
    const bench = await BioBench.open();
    expect(await bench.say(Subcommand.enumerateEnrollments, undefined)).toBe(CtapStatus.INVALID_OPTION);
    expect(await bench.run(bench.enroller.templates())).toEqual([]);
  });

  test("one that the factory enrolled is listed", async () => {
    const bench = await BioBench.open({}, { profile: FINGERPRINT });
    expect(await bench.run(bench.enroller.templates())).toHaveLength(1);
  });

  test("take a name, and another one after it", async () => {
    const bench = await BioBench.open();
    const [first] = await bench.enroll();
    await bench.enroll();
    const id = (first as EnrollmentSample).templateId;
    await bench.run(bench.enroller.rename({ id, name: "left" }));
    await bench.run(bench.enroller.rename({ id, name: "left index" }));
    const named = await bench.run(bench.enroller.templates());
    expect(named.map(({ friendlyName }) => friendlyName)).toEqual(["left index", undefined]);
  });

  test.each([
    ["n".repeat(32), CtapStatus.OK],
    ["n".repeat(33), CtapStatus.INVALID_LENGTH],
    ["ü".repeat(17), CtapStatus.INVALID_LENGTH],
  ])("the name %s: %i", async (templateFriendlyName, status) => {
    const bench = await BioBench.open({}, { profile: FINGERPRINT });
    const templateId = Uint8Array.of(0);
    expect(await bench.say(Subcommand.setFriendlyName, { templateId, templateFriendlyName })).toBe(status);
  });

  test.each([
    ["renamed", Subcommand.setFriendlyName],
    ["removed", Subcommand.removeEnrollment],
  ])("that nobody enrolled cannot be %s", async (_, subCommand) => {
    const bench = await BioBench.open();
    expect(await bench.say(subCommand, ANY)).toBe(CtapStatus.INVALID_OPTION);
  });

  test("the last one that is removed takes built-in verification along", async () => {
    const bench = await BioBench.open({}, { profile: FINGERPRINT });
    const [only] = await bench.run(bench.enroller.templates());
    await bench.run(bench.enroller.remove(only?.templateId ?? new Uint8Array(0)));
    expect(await bench.options()).toMatchObject({ bioEnroll: false, uv: false });
  });

  test("survive in the store's file", async () => {
    const bench = await BioBench.open();
    const [sample] = await bench.enroll();
    await bench.run(bench.enroller.rename({ id: (sample as EnrollmentSample).templateId, name: "left" }));
    const before = await bench.run(bench.enroller.templates());
    const store = new CredentialStore(parseStore(JSON.parse(encodeStore(bench.key.store.snapshot()))));
    const again = new BioBench({ profile: BLANK, store });
    await again.login();
    expect(await again.run(again.enroller.templates())).toEqual(before);
  });

  test("go with a reset", async () => {
    const bench = await BioBench.open();
    await bench.enroll();
    bench.key.powerCycle();
    expect(await bench.status(Uint8Array.of(CtapCommand.reset))).toBe(CtapStatus.OK);
    expect(await bench.options()).toMatchObject({ bioEnroll: false, uv: false });
  });
});

describe("the drafts of CTAP 2.1", () => {
  test("enrol with the command of their own, and a token that knows no permissions", async () => {
    const bench = await BioBench.open({}, { profile: DRAFTS });
    expect(await bench.options()).toMatchObject({ userVerificationMgmtPreview: false });
    expect((await bench.enroll()).at(-1)).toMatchObject({ remaining: 0 });
    expect(await bench.options()).toMatchObject({ userVerificationMgmtPreview: true, uv: true });
    expect(bench.traced("ctap.request").at(-2)).toMatchObject({ command: "bioEnrollmentPreview" });
  });

  test("do not say how long a name may be", async () => {
    const bench = await BioBench.open({}, { profile: DRAFTS });
    expect(await bench.run(bench.enroller.sensorInfo())).toMatchObject({
      samplesMax: 4,
      nameBytesMax: undefined,
    });
  });

  test("know no command of 2.1", async () => {
    const bench = await BioBench.open({}, { profile: DRAFTS });
    expect(await bench.say(Subcommand.enumerateEnrollments, undefined)).toBe(CtapStatus.INVALID_COMMAND);
  });
});

test("a client asks no device that enrols nobody", async () => {
  const bench = await new BenchKey().setPin();
  const session = await bench.session();
  const token = await bench.run(session.pinUvAuthToken({ pin: PIN, permissions: Permission.makeCredential }));
  expect(() => bioEnrollment(session, token)).toThrow(
    expect.objectContaining({ code: "FEATURE_UNSUPPORTED" }),
  );
});
