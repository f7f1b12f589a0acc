import type { Asked } from "./importer.js";
import { Counter } from "./tags.js";
import { findWebauthn } from "./webauthn-json/find-webauthn.js";

/** What a site asks browsers for, where no file of an incident shows its options. */
export type AskedByKind = Readonly<Partial<Record<"registration" | "login", Asked>>>;

/**
 * Reads a site's options from JSON, wherever they stand in it: those of registrations, of logins, or both.
 *
 * @param value parsed JSON with PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON in it.
 * @returns what they ask for; nothing where there are no options.
 *
 * @example
 * readAsked({ challenge: "AAAA", rpId: "shop.example", timeout: 60000 }); // { login: { timeoutMs: 60000 } }
 */
export function readAsked(value: unknown): AskedByKind {
  const asked: Partial<Record<"registration" | "login", Asked>> = {};
  for (const found of findWebauthn(value, new Counter()))
    if (found.what === "options") asked[found.kind] ??= found.asked;
  return asked;
}
