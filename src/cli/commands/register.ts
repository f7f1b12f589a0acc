import { toBase64url, toHex } from "../../entry/ctap.js";
import { printable } from "../../core/printable.js";
import { envFor, systemEnv, virtualEnv } from "../../entry/sim.js";
import {
  type ClientContext,
  type CreationOptionsInput,
  type VerifiedCredential,
  parseCreationOptionsFromJSON,
  register as create,
  verifyRegistration,
} from "../../entry/webauthn.js";
import type { Command, Invocation } from "../command.js";
import {
  CEREMONY_HELP,
  CEREMONY_OPTIONS,
  OPTIONS_FILE,
  clientOf,
  siteOf,
  TIMEOUT_MS_MAX,
  uvOption,
} from "../ceremony.js";
import { EXTENSION_HELP } from "../extension-help.js";
import { readJsonFile } from "../files/read-file.js";
import { checkWritable } from "../files/replace-file.js";
import { choiceOption, numberOption, textOption } from "../options.js";
import { calledByPage } from "../called-by-page.js";
import { toldWell, withDevice } from "../run-ceremony.js";
import { type Trust, TRUST_HELP, TRUST_OPTIONS, trustOf } from "../trust-options.js";
import { CredentialFile } from "../files/credential-file.js";
import type { OpenedDevice } from "../device/opened-device.js";

const RESIDENT_KEY_CHOICES = ["required", "preferred", "discouraged"] as const;
const ATTESTATION_CHOICES = ["none", "indirect", "direct", "enterprise"] as const;

const CHALLENGE_BYTES = 32;
const USER_HANDLE_BYTES = 32;

/** ES256, EdDSA, RS256: what sites ask for. */
const ALGORITHMS = [-7, -8, -257];

export const register: Command = {
  name: "register",
  summary: "create a passkey on a device and verify it as a site would",
  synopsis: "[--device WHICH] [options]",
  help: `  --user NAME          account name (user@example.com)
  --resident-key CHOICE  ${RESIDENT_KEY_CHOICES.join(", ")} (preferred)
  --attestation CHOICE   ${ATTESTATION_CHOICES.join(", ")} (none)
${TRUST_HELP}
${CEREMONY_HELP}
${EXTENSION_HELP}`,
  options: {
    ...CEREMONY_OPTIONS,
    ...TRUST_OPTIONS,
    user: { type: "string" },
    "resident-key": { type: "string" },
    attestation: { type: "string" },
  },
  async run(invocation) {
    const credentialsPath = textOption(invocation, "credentials");
    const credentialFile = new CredentialFile(credentialsPath);
    if (credentialsPath !== undefined) checkWritable(credentialsPath);
    const file = textOption(invocation, "options");
    const given = file === undefined ? undefined : readJsonFile(file, OPTIONS_FILE);
    // A simulated key lives in virtual time, whose date is the certificates' date as well.
    const env = (textOption(invocation, "device") ?? "sim") === "sim" ? virtualEnv("trust") : systemEnv();
    const trust = trustOf(invocation, env.clock.epochMs());
    return withDevice(invocation, {
      method: "create",
      client: clientOf(invocation),
      async run(opened, client) {
        const options = file === undefined ? creationOptions(opened, invocation) : given;
        const { response, verified, userHandle } = await registerOn(opened, options, { ...client, trust });
        const entry = {
          rpId: siteOf(invocation).rpId,
          userHandle,
          credential: verified.credential,
        };
        const { fmt, attestationType, userVerified, alg, aaguid } = verified;
        const { anchored } = verified.trust;
        const summary = {
          fmt,
          attestationType,
          userVerified,
          alg,
          aaguid: toHex(aaguid),
          ...(anchored !== undefined && { anchored }),
          ...(trust.metadata && { model: verified.metadata.map(({ description }) => description) }),
          findings: verified.findings,
        };
        const lines = [
          `registered ${response.id}`,
          `verified: attestation ${fmt} (${attestationType}), algorithm ${alg}, user ${userVerified ? "verified" : "present"}`,
          ...trustLines(verified),
        ];
        return {
          outcome: toldWell(opened, { options, response, verified: summary, lines }),
          keep: () => credentialFile.put(entry),
        };
      },
    });
  },
};

/** What became of the trust that was asked for; nothing where none was. */
function trustLines({ trust, metadata, findings }: VerifiedCredential): readonly string[] {
  const anchored = trust.anchored === true ? "leads to a trust anchor" : "has no path to a trust anchor";
  return [
    ...(trust.anchored === undefined ? [] : [`trust: the attestation ${anchored}`]),
    ...metadata.map(({ description }) => `metadata: ${printable(description ?? "a model without a name")}`),
    ...findings.map(({ code, detail }) => `finding: ${printable(`${code}: ${detail}`)}`),
  ];
}

/** Ceremony and verification. Shared with login, which needs something to log in with. */
export async function registerOn(
  opened: OpenedDevice,
  options: unknown,
  { trust = {}, ...client }: ClientContext & { readonly trust?: Trust },
) {
  const call = { method: "create", client, options } as const;
  const { response, verified } = await calledByPage(
    opened,
    call,
    (env) =>
      // Whatever the file holds: create() converts it, and refuses what a browser refuses.
      opened.settle(create(envFor(env, "browser"), opened.device, options as CreationOptionsInput, client)),
    {
      isKnown: true,
      verify(answer) {
        const { authenticatorSelection, challenge, pubKeyCredParams, rp, user } =
          parseCreationOptionsFromJSON(options);
        const userVerification = authenticatorSelection?.userVerification;
        const verifiedCredential = verifyRegistration(answer, {
          challenge,
          origins: [client.origin],
          rpId: rp.id ?? new URL(client.origin).hostname,
          ...(userVerification !== undefined && { userVerification }),
          ...(pubKeyCredParams.length > 0 && { allowedAlgorithms: pubKeyCredParams.map(({ alg }) => alg) }),
          atEpochMs: opened.env.clock.epochMs(),
          ...trust,
        });
        return { verified: verifiedCredential, userHandle: toBase64url(user.id) };
      },
    },
  );
  return { response, ...verified };
}

/** Options as a plain site would make them. */
export function creationOptions({ env }: OpenedDevice, invocation: Invocation): CreationOptionsInput {
  const { rpId } = siteOf(invocation);
  const name = textOption(invocation, "user") ?? `user@${rpId}`;
  const timeout = numberOption(invocation, "timeout-ms", { min: 1, max: TIMEOUT_MS_MAX });
  const userVerification = uvOption(invocation);
  const site = env.entropy.fork("site");
  return {
    rp: { id: rpId, name: rpId },
    user: { id: toBase64url(site.bytes(USER_HANDLE_BYTES)), name, displayName: name },
    challenge: toBase64url(site.bytes(CHALLENGE_BYTES)),
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
    ...(timeout !== undefined && { timeout }),
    authenticatorSelection: {
      residentKey: choiceOption(invocation, "resident-key", RESIDENT_KEY_CHOICES) ?? "preferred",
      ...(userVerification !== undefined && { userVerification }),
    },
    attestation: choiceOption(invocation, "attestation", ATTESTATION_CHOICES) ?? "none",
  };
}
