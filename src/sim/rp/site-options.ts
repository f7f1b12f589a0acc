import { toBase64url } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialDescriptorJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "../../webauthn/json.js";
import type { Knobs } from "../knobs/knobs.js";
import type { SiteCeremony } from "./site-ceremonies.js";
import type { SiteRow, SiteStore } from "./site-store.js";

export interface SiteOptionsDeps {
  readonly knobs: () => Knobs;
  readonly store: SiteStore;
  readonly rpId: string;
}

const USER_ID_BYTES = 16;
const DECOY_ID_BYTES = 32;
const ES256 = -7;
const EDDSA = -8;
const RS256 = -257;

/** Builds the options that the site sends to browsers, from its store and its configured behaviour. */
export class SiteOptions {
  readonly #env: Env;
  readonly #deps: SiteOptionsDeps;

  constructor(env: Env, deps: SiteOptionsDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  creation({ id, account, challenge }: SiteCeremony): PublicKeyCredentialCreationOptionsJSON {
    const { knobs, rpId } = this.#deps;
    const { client, rp } = knobs();
    const excluded = rp.excludeList === "account" ? this.#rowsOf(account, "replica") : [];
    return {
      rp: { id: rpId, name: "Example Shop" },
      user: { id: this.#userId(account, id), name: account, displayName: account },
      challenge,
      pubKeyCredParams: [ES256, EDDSA, RS256].map((alg) => ({ type: "public-key", alg }) as const),
      ...(client.timeoutMs !== null && { timeout: client.timeoutMs }),
      excludeCredentials: excluded.map((row) => this.#descriptorOf(row)),
      authenticatorSelection: {
        residentKey: rp.residentKey,
        userVerification: rp.userVerification,
        ...(rp.attachment !== "any" && { authenticatorAttachment: rp.attachment }),
      },
      attestation: "none",
    };
  }

  request(
    challenge: string,
    allowCredentials: PublicKeyCredentialDescriptorJSON[],
  ): PublicKeyCredentialRequestOptionsJSON & {
    readonly allowCredentials: PublicKeyCredentialDescriptorJSON[];
  } {
    const { knobs, rpId } = this.#deps;
    const { client, rp } = knobs();
    return {
      challenge,
      rpId,
      ...(client.timeoutMs !== null && { timeout: client.timeoutMs }),
      userVerification: rp.userVerification,
      allowCredentials,
    };
  }

  /** `undefined`: the site admits that the account has no passkey. */
  allowedFor(account: string): PublicKeyCredentialDescriptorJSON[] | undefined {
    const { rp } = this.#deps.knobs();
    if (rp.allowList === "empty") return [];
    const rows = this.#rowsOf(account, rp.loginReads);
    if (rows.length > 0) return rows.map((row) => this.#descriptorOf(row));
    switch (rp.unknownAccount) {
      case "refuse":
        return undefined;
      case "empty":
        return [];
      case "decoy":
        // Always the same decoy for an account, so that no client learns which accounts exist.
        return [{ type: "public-key", id: this.#stableBytes(`decoy ${account}`, DECOY_ID_BYTES) }];
    }
  }

  #rowsOf(account: string, copy: "replica" | "primary"): readonly SiteRow[] {
    const { store } = this.#deps;
    return copy === "primary" ? store.primaryOf(account) : store.readCopyOf(account);
  }

  #descriptorOf({
    credential: { id, transports = [], backupEligible },
  }: SiteRow): PublicKeyCredentialDescriptorJSON {
    const described = { type: "public-key", id } as const;
    switch (this.#deps.knobs().rp.transports) {
      case "as-reported":
        return { ...described, transports: [...transports] };
      case "internal-only":
        return { ...described, transports: ["internal"] };
      case "hybrid-only":
        return { ...described, transports: ["hybrid"] };
      case "with-hybrid":
        return {
          ...described,
          transports: [...new Set([...transports, ...(backupEligible === true ? ["hybrid"] : [])])],
        };
      case "omitted":
        return described;
    }
  }

  #userId(account: string, ceremony: string): string {
    const label = this.#deps.knobs().rp.userIdStable ? `user ${account}` : `user ${account} ${ceremony}`;
    return this.#stableBytes(label, USER_ID_BYTES);
  }

  #stableBytes(label: string, length: number): string {
    return toBase64url(this.#env.entropy.fork(label).bytes(length));
  }
}
