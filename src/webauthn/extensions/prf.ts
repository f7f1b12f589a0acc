import type { CborValue } from "../../cbor/value.js";
import { equalBytes } from "../../core/bytes.js";
import { openOutputs, sealSalts } from "../../ctap/extensions/hmac-secret.js";
import {
  fromList,
  listValues,
  prfInput,
  prfOutput,
  saltsFor,
  type PrfInput,
  type PrfOutput,
  type PrfValues,
} from "../../ctap/messages/prf.js";
import type { Ctap2Session } from "../../ctap/client/session.js";
import type { KeyAgreement } from "../../ctap/client/pin-protocol.js";
import { ClientError } from "../client-error.js";
import type { ExtensionsJSON } from "../json.js";
import type {
  AuthenticatorInputs,
  ClientExtension,
  ExtensionContext,
  ExtensionOutcome,
  ExtensionRun,
} from "./client-extension.js";
import { canVerify, hasExtension } from "./device-facts.js";
import { credentialIdOf, prfResults, saltedPrf } from "./prf-request.js";

const ID = "prf";
const HMAC_SECRET = "hmac-secret";
const HMAC_SECRET_MC = "hmac-secret-mc";

/**
 * Secrets that only this credential can compute: with the extension of the same name on phones, with
 * hmac-secret on keys.
 *
 * Keys have two secrets per credential, and sites get the one for verified users: where the key can verify,
 * it does, whatever the site said. One that cannot answers with the other secret, as in Chromium.
 *
 * @see WebAuthn Level 3 §10.1.4
 */
export const prf: ClientExtension = {
  id: ID,

  checkCreate(asked) {
    if (asked.prf?.evalByCredential === undefined) return;
    throw new ClientError("EXTENSION_NOT_SUPPORTED", "prf.evalByCredential is for get() only");
  },

  checkGet(asked, allowedIds) {
    const names = [...(asked.prf?.evalByCredential?.keys() ?? [])];
    if (names.length > 0 && allowedIds.length === 0) {
      throw new ClientError("EXTENSION_NOT_SUPPORTED", "prf.evalByCredential needs allowCredentials");
    }
    for (const credentialId of names.map(credentialIdOf)) {
      if (allowedIds.some((id) => equalBytes(id, credentialId))) continue;
      throw new ClientError("EXTENSION_SYNTAX", "prf.evalByCredential names an id not in allowCredentials");
    }
  },

  demandsUv(asked, info, method) {
    const { prf: wanted } = asked;
    if (wanted?.eval === undefined && wanted?.evalByCredential === undefined) return false;
    return hasExtension(info, method === "create" ? HMAC_SECRET_MC : HMAC_SECRET) && canVerify(info);
  },

  create(asked, context) {
    if (asked.prf === undefined) return undefined;
    const wanted = saltedPrf(context.env, asked.prf);
    const { info } = context.session;
    if (hasExtension(info, ID)) return createOnPhone(wanted);
    if (hasExtension(info, HMAC_SECRET)) return createOnKey(wanted.eval, context);
    return { outputs: () => ({ prf: { enabled: false } }) };
  },

  get(asked, context) {
    if (asked.prf === undefined) return undefined;
    const wanted = saltedPrf(context.env, asked.prf);
    const { info } = context.session;
    if (hasExtension(info, ID)) return getOnPhone(wanted);
    if (hasExtension(info, HMAC_SECRET)) return getOnKey(wanted, context);
    return { outputs: () => ({ prf: {} }) };
  },
};

function createOnPhone(wanted: PrfInput): ExtensionRun {
  return {
    inputs: new Map([[ID, prfInput.write(wanted)]]),
    outputs(outcome) {
      const { enabled = false, results } = phoneOutput(outcome);
      return { prf: { enabled, ...(results && { results: prfResults(results) }) } };
    },
  };
}

function getOnPhone(wanted: PrfInput): ExtensionRun {
  return {
    inputs: new Map([[ID, prfInput.write(wanted)]]),
    outputs: (outcome) => toResults(phoneOutput(outcome).results),
  };
}

function phoneOutput({ unsignedExtensionOutputs }: ExtensionOutcome): PrfOutput {
  const output = unsignedExtensionOutputs?.get(ID);
  return output === undefined ? {} : prfOutput.read(output, ID);
}

function createOnKey(salts: PrfValues | undefined, context: ExtensionContext): ExtensionRun {
  const atOnce = salts !== undefined && hasExtension(context.session.info, HMAC_SECRET_MC);
  const secret = atOnce ? new SealedSalts(context) : undefined;
  return {
    async inputs(_, session) {
      const inputs = new Map<string, CborValue>([[HMAC_SECRET, true]]);
      if (secret && salts) inputs.set(HMAC_SECRET_MC, await secret.seal(session, salts));
      return inputs;
    },
    outputs({ authenticatorData: { extensions } }) {
      const results = secret?.open(extensions?.get(HMAC_SECRET_MC));
      const enabled = extensions?.get(HMAC_SECRET) === true;
      return { prf: { enabled, ...(results && { results: prfResults(results) }) } };
    },
  };
}

function getOnKey(wanted: PrfInput, context: ExtensionContext): ExtensionRun {
  const secret = new SealedSalts(context);
  return {
    singlesOut: (wanted.evalByCredential ?? []).length > 0,
    async inputs(allowedIds, session): Promise<AuthenticatorInputs | undefined> {
      const only = allowedIds.length === 1 ? allowedIds[0] : undefined;
      const salts = only === undefined ? wanted.eval : saltsFor(wanted, only);
      return salts && new Map([[HMAC_SECRET, await secret.seal(session, salts)]]);
    },
    outputs: ({ authenticatorData: { extensions } }) => toResults(secret.open(extensions?.get(HMAC_SECRET))),
  };
}

function toResults(results: PrfValues | undefined): ExtensionsJSON {
  return { prf: results ? { results: prfResults(results) } : {} };
}

/** Salts of the command sent last, and the key its outputs are encrypted with. */
class SealedSalts {
  readonly #context: ExtensionContext;
  #sent: { readonly agreement: KeyAgreement; readonly count: number } | undefined;

  constructor(context: ExtensionContext) {
    this.#context = context;
  }

  async seal(session: Ctap2Session, salts: PrfValues): Promise<CborValue> {
    const { env, transact } = this.#context;
    const agreement = await session.keyAgreement(transact);
    const list = listValues(salts);
    this.#sent = { agreement, count: list.length };
    return sealSalts(agreement, list, env.entropy);
  }

  /** `undefined` when nothing was asked or nothing came back. @throws {MessageError} */
  open(output: CborValue | undefined): PrfValues | undefined {
    if (!(output instanceof Uint8Array) || this.#sent === undefined) return undefined;
    const { agreement, count } = this.#sent;
    return fromList(openOutputs(agreement, output, count));
  }
}
