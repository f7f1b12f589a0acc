/** Responses with valid signatures over bad content, judged as a relying party does. */
import { fromBase64url, fromHex } from "../../../src/core/bytes.js";
import { envFor } from "../../../src/core/env.js";
import { parseInfo } from "../../../src/ctap/messages/get-info.js";
import { ctap2OverU2f } from "../../../src/ctap/u2f/ctap2-over-u2f.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { SimAuthenticator } from "../../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../../src/sim/authenticator/store/credential-store.js";
import { learnProfile } from "../../../src/sim/profile-files/learn-profile.js";
import { PROFILES, profileNamed } from "../../../src/sim/profiles/profiles.js";
import { simulatedUser } from "../../../src/sim/user.js";
import { toPageError } from "../../../src/webauthn/client/page-error.js";
import { register } from "../../../src/webauthn/client/register.js";
import { CLIENT_PROFILES } from "../../../src/webauthn/profiles/client-profiles.js";
import { verifyRegistration } from "../../../src/webauthn/rp/verify-registration.js";
import { creationOptions, ORIGIN, RP_ID } from "../../helpers/ceremony-options.js";
import { bench } from "../../helpers/webauthn-bench.js";
import { judged, type JudgedCase } from "../../webauthn/rp/judged-case.js";
import { cameOf, inputOf, type Case, type Probe } from "../case.js";

/** What a relying party makes of the response in a file, or in one entry of a file of vectors. */
async function judgedFile(one: Case): Promise<string> {
  const content = JSON.parse(inputOf(one)) as JudgedCase | { readonly cases: readonly JudgedCase[] };
  if (!("cases" in content)) return judged(content);
  const kind = one.name.startsWith("get-") ? "authenticationResponseJSON" : "registrationResponseJSON";
  const id = one.name.replace(/^get-/, "");
  const found = content.cases.find((entry) => (entry.id === one.name || entry.id === id) && kind in entry);
  if (found === undefined) throw new Error(`no vector ${one.name}`);
  return judged(found);
}

const MEMBERS: readonly (readonly [name: string, override: object])[] = [
  ["no rp", { rp: undefined }],
  ["no user", { user: undefined }],
  ["no pubKeyCredParams", { pubKeyCredParams: undefined }],
  ["no rp.name", { rp: { id: RP_ID } }],
  ["no user.name", { user: { id: "dXNlcg", displayName: "x" } }],
  ["no challenge", { challenge: undefined }],
  ["challenge padded", { challenge: "AAECAwQFBgcICQoLDA0ODw==" }],
  ["types all unknown", { pubKeyCredParams: [{ type: "x", alg: -7 }] }],
  ["prf null", { extensions: { prf: null } }],
];

export const RELYING_PARTY: Readonly<Record<string, Probe>> = {
  "*": judgedFile,
  async "05-hmac-secret-without-pin"() {
    const lines: string[] = [];
    for (const profile of PROFILES.values()) {
      const { clientPin, pinUvAuthToken } = profile.options;
      if (!profile.extensions.includes("hmac-secret") || clientPin || pinUvAuthToken) continue;
      const { create, get } = await bench({ profile });
      const made = await create({ extensions: { prf: {} } });
      const login = await cameOf(() =>
        get({
          allowCredentials: [{ type: "public-key", id: made.id }],
          extensions: { prf: { eval: { first: "AAAA" } } },
        }).then(({ clientExtensionResults }) => Object.keys(clientExtensionResults["prf"] ?? {}).join()),
      );
      lines.push(`${profile.name}: ${JSON.stringify(made.clientExtensionResults["prf"])}, login ${login}`);
    }
    return lines;
  },
  async "06-json"() {
    const lines: string[] = [];
    const quantum = await bench({ profile: profileNamed("post-quantum") });
    const signed = await quantum.create({ pubKeyCredParams: [{ type: "public-key", alg: -48 }] });
    const spki = fromBase64url(signed.response.publicKey ?? "");
    lines.push(`ML-DSA-44: ${spki.length} bytes, ${Buffer.from(spki.subarray(0, 17)).toString("hex")}`);
    const newest = await bench({ profile: profileNamed("ctap23") });
    const made = await newest.create();
    for (const largeBlob of [{}, { read: false }]) {
      const { clientExtensionResults } = await newest.get({
        allowCredentials: [{ type: "public-key", id: made.id }],
        extensions: { largeBlob },
      });
      lines.push(
        `largeBlob ${JSON.stringify(largeBlob)}: ${JSON.stringify(clientExtensionResults["largeBlob"] ?? "nothing")}`,
      );
    }
    const env = virtualEnv("cases");
    const user = simulatedUser(envFor(env, "user"));
    const profile = profileNamed("u2f-only");
    const key = new SimAuthenticator(envFor(env, "key"), { profile, store: new CredentialStore(), user });
    const device = ctap2OverU2f(envFor(env, "client"), {
      transport: "usb",
      label: "u2f",
      sendApdu: key.handleU2f,
      [Symbol.asyncDispose]: async () => {},
    });
    const old = await env.clock.run(
      register(env, device, creationOptions({ extensions: { credProps: true } }), { origin: ORIGIN }),
    );
    lines.push(`U2F credProps: ${JSON.stringify(old.clientExtensionResults["credProps"])}`);
    for (const [name, override] of MEMBERS) {
      const { create } = await bench();
      const profile = CLIENT_PROFILES["chrome-floor3m"];
      try {
        await create(override, { profile });
        lines.push(`${name}: created`);
      } catch (error) {
        lines.push(`${name}: ${toPageError(error, { method: "create", profile }).name}`);
      }
    }
    return lines;
  },
  async "07-learn"(one) {
    const { profile, notes } = learnProfile(parseInfo(fromHex(inputOf(one).trim())));
    return `${profile.pinUvAuthProtocols.join(" ")}; notes on pinUvAuthProtocols: ${JSON.stringify(notes).includes("pinUvAuthProtocols")}`;
  },
  async "u2f-intermediate"() {
    const lines: string[] = [];
    const generic = profileNamed("generic");
    for (const format of ["packed", "fido-u2f"] as const) {
      const attestation = { ...generic.attestation, formats: [format], intermediate: true };
      const { create, key } = await bench({ profile: { ...generic, attestation } });
      const made = await create({ attestation: "direct" });
      const page = { challenge: creationOptions().challenge, origins: [ORIGIN], rpId: RP_ID };
      lines.push(
        `${format}: ${await cameOf(() => `anchored ${String(verifyRegistration(made, { ...page, trustAnchors: [key.attestationRoot] }).trust.anchored)}`)}`,
      );
    }
    return lines;
  },
};
