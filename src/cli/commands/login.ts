import { fromBase64url, toBase64url } from "../../entry/ctap.js";
import { envFor } from "../../entry/sim.js";
import {
  type AuthenticationResponseJSON,
  type RequestOptionsInput,
  VerificationError,
  authenticate,
  parseRequestOptionsFromJSON,
  verifyAssertion,
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
import { numberOption, textOption } from "../options.js";
import { calledByPage } from "../called-by-page.js";
import { toldWell, withDevice } from "../run-ceremony.js";
import { CredentialFile, type CredentialFileEntry } from "../files/credential-file.js";
import type { OpenedDevice } from "../device/opened-device.js";
import { creationOptions, registerOn } from "./register.js";

const CHALLENGE_BYTES = 32;

export const login: Command = {
  name: "login",
  summary: "sign in with a passkey and verify it as a site would",
  synopsis: "[--device WHICH] [--credentials FILE] [options]",
  help: `  Without --credentials on a simulated key that keeps no --store, a passkey is registered first; on any other
  device the key's own passkeys are offered and the signature cannot be verified.
${CEREMONY_HELP}
${EXTENSION_HELP}`,
  options: CEREMONY_OPTIONS,
  async run(invocation) {
    const credentialFile = new CredentialFile(textOption(invocation, "credentials"), { mustExist: true });
    const { rpId, origin } = siteOf(invocation);
    const file = textOption(invocation, "options");
    const given = file === undefined ? undefined : readJsonFile(file, OPTIONS_FILE);
    return withDevice(invocation, {
      method: "get",
      client: clientOf(invocation),
      async run(opened, client) {
        if (isEmptySimulation(opened, invocation)) {
          const options = creationOptions(opened, invocation);
          const { verified, userHandle } = await registerOn(opened, options, client);
          await credentialFile.put({ rpId, userHandle, credential: verified.credential });
        }
        const known = credentialFile.entries.filter((entry) => entry.rpId === rpId);
        const options = file === undefined ? requestOptions(opened, invocation, known) : given;
        const call = { method: "get", client, options } as const;
        const hasFile = textOption(invocation, "credentials") !== undefined;
        const verify = (answer: AuthenticationResponseJSON) => {
          checkListed(answer.id, options);
          const entry = known.find(({ credential }) => credential.id === answer.id);
          if (entry !== undefined)
            return { entry, read: verifiedLogin(answer, { options, origin, rpId, entry }) };
          if (!hasFile) return undefined;
          throw new VerificationError("RP_CREDENTIAL_ID", "the credentials file knows no passkey of this id");
        };
        const { response, verified: found } = await calledByPage(
          opened,
          call,
          (env) =>
            // Whatever the file holds: get() converts it, and refuses what a browser refuses.
            opened.settle(
              authenticate(envFor(env, "browser"), opened.device, options as RequestOptionsInput, client),
            ),
          { verify, isKnown: hasFile || known.length > 0 },
        );
        const verified = found?.read;
        const verdict = verified
          ? `verified: user ${verified.userVerified ? "verified" : "present"}, counter ${verified.signCount}`
          : "not verified: no credentials file says what to verify against (--credentials FILE)";
        const outcome = toldWell(opened, {
          options,
          response,
          verified: verified && { userVerified: verified.userVerified, signCount: verified.signCount },
          lines: [`signed in with ${response.id}`, verdict],
        });
        if (found === undefined) return { outcome };
        const { entry, read } = found;
        return { outcome, keep: () => credentialFile.put({ ...entry, credential: read.credential }) };
      },
    });
  },
};

/** A simulated key made for this run alone holds nothing to sign in with. */
function isEmptySimulation({ seed }: OpenedDevice, invocation: Invocation): boolean {
  return (
    seed !== undefined && ["store", "credentials"].every((name) => textOption(invocation, name) === undefined)
  );
}

function requestOptions(
  { env }: OpenedDevice,
  invocation: Invocation,
  known: readonly CredentialFileEntry[],
) {
  const timeout = numberOption(invocation, "timeout-ms", { min: 1, max: TIMEOUT_MS_MAX });
  const userVerification = uvOption(invocation);
  return {
    rpId: siteOf(invocation).rpId,
    challenge: toBase64url(env.entropy.fork("site login").bytes(CHALLENGE_BYTES)),
    ...(timeout !== undefined && { timeout }),
    ...(known.length > 0 && {
      allowCredentials: known.map(({ credential: { id, transports } }) => ({
        type: "public-key",
        id,
        ...(transports && { transports }),
      })),
    }),
    ...(userVerification !== undefined && { userVerification }),
  };
}

/** A site accepts no credential but those it listed. @see WebAuthn Level 3 §7.2 step 5 */
function checkListed(id: string, options: unknown): void {
  const { allowCredentials } = parseRequestOptionsFromJSON(options);
  if (allowCredentials.length === 0) return;
  if (allowCredentials.some((listed) => toBase64url(listed.id) === id)) return;
  throw new VerificationError(
    "RP_CREDENTIAL_NOT_ALLOWED",
    "the response is of a credential that was not listed",
  );
}

interface Expected {
  readonly options: unknown;
  readonly origin: string;
  readonly rpId: string;
  readonly entry: CredentialFileEntry;
}

function verifiedLogin(response: AuthenticationResponseJSON, { options, origin, rpId, entry }: Expected) {
  const {
    allowCredentials,
    challenge,
    rpId: askedRpId,
    userVerification,
  } = parseRequestOptionsFromJSON(options);
  return verifyAssertion(response, {
    challenge,
    origins: [origin],
    rpId: askedRpId ?? rpId,
    credential: entry.credential,
    allowCredentials: allowCredentials.map(({ id }) => id),
    userHandle: fromBase64url(entry.userHandle),
    userVerification,
  });
}
