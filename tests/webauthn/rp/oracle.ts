import {
  SettingsService,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { vi } from "vitest";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "../../../src/webauthn/json.js";

type RegistrationOptions = Parameters<typeof verifyRegistrationResponse>[0];
type AuthenticationOptions = Parameters<typeof verifyAuthenticationResponse>[0];

/** The oracle's options around a response of ours, which its types know by other names. */
type Around<Options, Response> = Omit<Options, "response"> & { readonly response: Response };

export type OracleVerdict = "accepted" | `refused: ${string}`;

const FORMATS = [
  "android-key",
  "android-safetynet",
  "apple",
  "fido-u2f",
  "mds",
  "none",
  "packed",
  "tpm",
] as const;

/** The roots @simplewebauthn/server holds the format's certificates against; none: it judges no trust. */
export function setOracleRoots(certificates: readonly Uint8Array[]): void {
  for (const identifier of FORMATS) {
    SettingsService.setRootCertificates({ identifier, certificates: certificates.map((der) => pem(der)) });
  }
}

/** What @simplewebauthn/server says, with its clock at `atEpochMs` and without a network (it would load CRLs). */
export async function askOracle(
  ask: () => Promise<{ readonly verified: boolean }>,
  atEpochMs: number,
): Promise<OracleVerdict> {
  vi.useFakeTimers({ toFake: ["Date"], now: atEpochMs });
  vi.stubGlobal("fetch", () => Promise.reject(new Error("no network in tests")));
  try {
    const { verified } = await ask();
    return verified ? "accepted" : "refused: signature";
  } catch (error) {
    return `refused: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  }
}

export function askRegistration(
  options: Around<RegistrationOptions, RegistrationResponseJSON>,
  atEpochMs: number,
): Promise<OracleVerdict> {
  return askOracle(() => verifyRegistrationResponse(options), atEpochMs);
}

export function askAuthentication(
  options: Around<AuthenticationOptions, AuthenticationResponseJSON>,
): Promise<OracleVerdict> {
  return askOracle(() => verifyAuthenticationResponse(options), 0);
}

/** Our verdict in the oracle's terms: the code of what was thrown. */
export function verdictOf(verify: () => unknown): "accepted" | `refused: ${string}` {
  try {
    verify();
    return "accepted";
  } catch (error) {
    if (error instanceof Error && "code" in error) return `refused: ${String(error.code)}`;
    throw error;
  }
}

function pem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
