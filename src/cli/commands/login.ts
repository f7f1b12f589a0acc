import { fromBase64url, toBase64url } from "../../entry/ctap.js";
import { envFor } from "../../entry/sim.js";
import {
  type AuthenticationResponseJSON,
  type RequestOptionsInput,
  authenticate,
  verifyAssertion,
} from "../../entry/webauthn.js";
import type { Command, Invocation } from "../command.js";
import {
  CEREMONY_HELP,
  CEREMONY_OPTIONS,
  clientOf,
  siteOf,
  TIMEOUT_MS_MAX,
  timelineOf,
  uvOption,
  withDevice,
  calledByPage,
  judgedBySite,
  refusedBySite,
} from "../ceremony.js";
import { readJsonFile } from "../files.js";
import { numberOption, textOption } from "../options.js";
import { CredentialFile, type CredentialFileEntry } from "../site-file.js";
import type { OpenedDevice } from "../device/opened-device.js";
import { creationOptions, registerOn } from "./register.js";

const CHALLENGE_BYTES = 32;

export const login: Command = {
  name: "login",
  summary: "sign in with a passkey and verify it as a site would",
  synopsis: "[--device WHICH] [--credentials FILE] [options]",
  help: `  Without --credentials on a simulated key that keeps no --store, a passkey is registered first; on any other
  device the key's own passkeys are offered and the signature cannot be verified.
${CEREMONY_HELP}`,
  options: CEREMONY_OPTIONS,
  async run(invocation) {
    const credentialFile = new CredentialFile(textOption(invocation, "credentials"), { mustExist: true });
    const { rpId, origin } = siteOf(invocation);
    const file = textOption(invocation, "options");
    const given =
      file === undefined ? undefined : (readJsonFile(file, "options file") as RequestOptionsInput);
    return withDevice(invocation, {
      method: "get",
      client: clientOf(invocation),
      async run({ opened, client, unwritten }) {
        if (isEmptySimulation(opened, invocation)) {
          const options = creationOptions(opened, invocation);
          const { response, verified, error } = await registerOn(opened, options, client);
          if (error) return refusedBySite(opened, { method: "create", response, error });
          credentialFile.put({ rpId, userHandle: options.user.id, credential: verified.credential });
        }
        const known = credentialFile.entries.filter((entry) => entry.rpId === rpId);
        const options = given ?? requestOptions(opened, invocation, known);
        const call = { method: "get", client, timeoutMs: options.timeout } as const;
        const response = await calledByPage(opened, call, (env) =>
          opened.settle(authenticate(envFor(env, "browser"), opened.device, options, client)),
        );
        const entry = known.find(({ credential }) => credential.id === response.id);
        const { verified, error } = judgedBySite(
          () => entry && verify(response, { options, origin, rpId, entry }),
        );
        if (error) return refusedBySite(opened, { method: "get", response, error });
        if (entry && verified) {
          await unwritten.attempt(() => credentialFile.put({ ...entry, credential: verified.credential }));
        }
        const verdict = verified
          ? `verified: user ${verified.userVerified ? "verified" : "present"}, counter ${verified.signCount}`
          : "not verified: the credentials file does not know this passkey (--credentials FILE)";
        return {
          exitCode: 0,
          json: {
            ok: true,
            seed: opened.seed,
            options,
            response,
            verified: verified && { userVerified: verified.userVerified, signCount: verified.signCount },
            trace: opened.records,
          },
          text: [timelineOf(opened.records), "", `signed in with ${response.id}`, verdict].join("\n"),
        };
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
): RequestOptionsInput {
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

interface Expected {
  readonly options: RequestOptionsInput;
  readonly origin: string;
  readonly rpId: string;
  readonly entry: CredentialFileEntry;
}

function verify(response: AuthenticationResponseJSON, { options, origin, rpId, entry }: Expected) {
  return verifyAssertion(response, {
    challenge: options.challenge,
    origins: [origin],
    rpId: options.rpId ?? rpId,
    credential: entry.credential,
    userHandle: fromBase64url(entry.userHandle),
    ...(options.userVerification !== undefined && { userVerification: options.userVerification }),
  });
}
