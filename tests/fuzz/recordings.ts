import { utf8 } from "../../src/core/bytes.js";
import { envFor } from "../../src/core/env.js";
import { isHarnessError } from "../../src/core/errors.js";
import { Permission } from "../../src/ctap/messages/client-pin.js";
import { authenticatorConfig } from "../../src/ctap/client/authenticator-config.js";
import { credentialManagement } from "../../src/ctap/client/credential-manager.js";
import type { CtapDevice, CtapHandler } from "../../src/ctap/device.js";
import { bioEnrollment } from "../../src/ctap/client/fingerprint-enroller.js";
import { largeBlobStorage } from "../../src/ctap/client/large-blob-storage.js";
import { openSession, type Ctap2Session } from "../../src/ctap/client/session.js";
import { LoopbackDevice } from "../../src/sim/loopback.js";
import type { AuthenticatorProfile } from "../../src/sim/profiles/profile.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { authenticate } from "../../src/webauthn/client/authenticate.js";
import { register } from "../../src/webauthn/client/register.js";
import { creationOptions, ORIGIN, requestOptions } from "../helpers/ceremony-options.js";
import { FuzzedKey } from "./fuzzed-key.js";

/** One whole conversation between our client and a key. A key of the same profile gives the same answers. */
export interface Recording {
  readonly profile: AuthenticatorProfile;
  readonly requests: readonly Uint8Array[];
  readonly responses: readonly Uint8Array[];
}

const PIN = "31415926";
const CONTEXT = { origin: ORIGIN, pin: () => Promise.resolve(PIN) };

/** What a client does with a key; a step the profile cannot do is refused and passed over. */
type Step = (bench: FuzzedKey, device: CtapDevice) => Promise<unknown>;

const clientOf = ({ env }: FuzzedKey) => envFor(env, "client");

const withSession =
  (work: (session: Ctap2Session) => Promise<unknown>): Step =>
  async (bench, device) =>
    work(await openSession(clientOf(bench), device));

const withToken = (permissions: number, work: (session: Ctap2Session, token: Token) => Promise<unknown>) =>
  withSession(async (session) =>
    work(
      session,
      await session.pinUvAuthToken({ ...(session.info.options?.["clientPin"] && { pin: PIN }), permissions }),
    ),
  );
type Token = Awaited<ReturnType<Ctap2Session["pinUvAuthToken"]>>;

const create =
  (override: Parameters<typeof creationOptions>[0]): Step =>
  (bench, device) =>
    register(clientOf(bench), device, creationOptions(override), CONTEXT);

const get =
  (override: Parameters<typeof requestOptions>[0]): Step =>
  (bench, device) =>
    authenticate(clientOf(bench), device, requestOptions(override), CONTEXT);

const RESIDENT = { authenticatorSelection: { residentKey: "required" } } as const;

const STEPS: readonly Step[] = [
  withSession((session) => session.selection()),
  create({}),
  withSession((session) => session.setPin("27182818")),
  withSession((session) => session.changePin({ from: "27182818", to: PIN })),
  withSession((session) => session.pinRetries()),
  withSession((session) => session.uvRetries()),
  create({
    ...RESIDENT,
    extensions: {
      prf: { eval: { first: "AAAA" } },
      credBlob: "AQID",
      minPinLength: true,
      largeBlob: { support: "preferred" },
      credentialProtectionPolicy: "userVerificationOptionalWithCredentialIDList",
    },
    attestation: "direct",
  }),
  create({ ...RESIDENT, user: { id: "dXNlci0y", name: "second", displayName: "Second" } }),
  get({}),
  get({
    extensions: {
      prf: { eval: { first: "AAAA", second: "BBBB" } },
      getCredBlob: true,
      largeBlob: { read: true },
    },
  }),
  withToken(Permission.credentialManagement, async (session, token) => {
    const manager = credentialManagement(session, token);
    await manager.metadata();
    for (const { rpIdHash } of await manager.relyingParties()) {
      const [first, second] = await manager.credentials(rpIdHash);
      if (first?.user) await manager.updateUser(first.id, { ...first.user, name: "renamed" });
      if (second) await manager.delete(second.id);
    }
  }),
  withToken(Permission.largeBlobWrite, async (session, token) => {
    const key = new Uint8Array(32).fill(7);
    // The recording's own entropy, so that it is the same in every run.
    const storage = largeBlobStorage({ ...new FuzzedKey(profileNamed("generic")).env }, session, { token });
    await storage.write({ key, data: utf8("a large blob".repeat(30)) });
    await storage.read(key);
    await storage.erase(key);
  }),
  withToken(Permission.bioEnrollment, async (session, token) => {
    const enroller = bioEnrollment(session, token);
    await enroller.sensorInfo();
    let id = new Uint8Array(0);
    for await (const sample of enroller.enroll()) id = sample.templateId.slice();
    await enroller.rename({ id, name: "thumb" });
    await enroller.templates();
    await enroller.remove(id);
  }),
  withToken(Permission.authenticatorConfig, async (session, token) => {
    const config = authenticatorConfig(session, token);
    await config.enableEnterpriseAttestation();
    await config.setMinPinLength({ newMinPinLength: 6, minPinLengthRpIds: ["example.com"] });
    await config.toggleAlwaysUv();
  }),
  create({ attestation: "enterprise" }),
  withSession((session) => session.reset()),
];

async function record(profile: AuthenticatorProfile): Promise<Recording> {
  const bench = new FuzzedKey(profile);
  const requests: Uint8Array[] = [];
  const responses: Uint8Array[] = [];
  const handler: CtapHandler = async (request, options) => {
    const response = await bench.key.handle(request, options);
    requests.push(request.slice());
    responses.push(response.slice());
    return response;
  };
  const device = new LoopbackDevice(bench.env, handler);
  for (const step of STEPS) {
    try {
      await bench.run(step(bench, device));
    } catch (error) {
      // Not every profile can do everything.
      if (!isHarnessError(error)) throw error;
    }
  }
  return { profile, requests, responses };
}

const PROFILE_NAMES = ["ctap23", "generic", "fingerprint", "ctap20", "yubikey5", "phone"];

let recordings: Promise<readonly Recording[]> | undefined;

/** The same conversations for everybody who asks. */
export function allRecordings(): Promise<readonly Recording[]> {
  recordings ??= Promise.all(PROFILE_NAMES.map((name) => record(profileNamed(name))));
  return recordings;
}
