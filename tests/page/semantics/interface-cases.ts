import type { SemanticsCase } from "./cases.js";

const list = (names: readonly string[]) => JSON.stringify(names);

const STATICS = [
  "isConditionalMediationAvailable",
  "isUserVerifyingPlatformAuthenticatorAvailable",
  "getClientCapabilities",
  "parseCreationOptionsFromJSON",
  "parseRequestOptionsFromJSON",
  "signalUnknownCredential",
  "signalAllAcceptedCredentials",
  "signalCurrentUserDetails",
];

/** Interfaces, descriptors and the objects that promises resolve with. */
export const INTERFACE_CASES: readonly SemanticsCase[] = [
  {
    id: "container-descriptors",
    about: "members of CredentialsContainer and of Navigator",
    run: `return [describe(Navigator.prototype, "credentials"), describe(window, "PublicKeyCredential"), describe(window, "CredentialsContainer"),
      ...Object.getOwnPropertyNames(CredentialsContainer.prototype).sort().map((name) => name + " " + describe(CredentialsContainer.prototype, name)),
      Object.getOwnPropertyNames(navigator.credentials)]`,
  },
  {
    id: "static-descriptors",
    about: "static members of PublicKeyCredential",
    run: `return ${list(STATICS)}.map((name) => name + " " + describe(PublicKeyCredential, name))`,
  },
  {
    id: "static-names",
    about: "which static members PublicKeyCredential has, and in which order they are enumerated",
    run: `const names = []; for (const name in PublicKeyCredential) names.push(name); return [names.sort(), Object.getOwnPropertyNames(PublicKeyCredential).sort()]`,
  },
  {
    id: "prototype-descriptors",
    about: "members of the prototypes of credentials and responses",
    run: `return ["Credential", "PublicKeyCredential", "AuthenticatorResponse", "AuthenticatorAttestationResponse", "AuthenticatorAssertionResponse"].flatMap((name) =>
      Object.getOwnPropertyNames(window[name].prototype).sort().map((member) => name + "." + member + " " + describe(window[name].prototype, member)))`,
  },
  {
    id: "function-text",
    about: "text of the functions create, get and toJSON",
    run: `return [CredentialsContainer.prototype.create, CredentialsContainer.prototype.get, PublicKeyCredential.prototype.toJSON, PublicKeyCredential.getClientCapabilities].map((one) => String(one).replace(/\\s+/g, " "))`,
    differs: "the harness's functions are proxies of the browser's own: their text has no name in it",
  },
  {
    id: "construct-functions",
    about: "new on methods and on interfaces",
    run: `const tried = (make) => { try { make(); return "made"; } catch (error) { return error.name; } };
      return [tried(() => new PublicKeyCredential()), tried(() => new CredentialsContainer()), tried(() => new (CredentialsContainer.prototype.create)()), tried(() => new (PublicKeyCredential.prototype.toJSON)())]`,
  },
  {
    id: "illegal-receivers",
    about: "getters and methods on objects that are no credentials",
    run: `const tried = (name) => { try { const { get, value } = Object.getOwnPropertyDescriptor(PublicKeyCredential.prototype, name); (get ?? value).call({}); return "read"; } catch (error) { return error.name + ": " + error.message; } };
      return ["rawId", "response", "authenticatorAttachment", "getClientExtensionResults", "toJSON"].map(tried)`,
  },
  {
    id: "illegal-container",
    about: "create and get on another object reject, and do not throw",
    run: `return [await ended(() => CredentialsContainer.prototype.create.call({}, { publicKey: creation() })), await ended(() => CredentialsContainer.prototype.get.call(undefined, { publicKey: request() })), await ended(() => { const { create } = navigator.credentials; return create({ publicKey: creation() }); })]`,
  },
  {
    id: "created-credential",
    about: "the object that create() resolves with",
    run: `const made = await make(); const { response } = made;
      return { own: Object.getOwnPropertyNames(made), ownOfResponse: Object.getOwnPropertyNames(response), tags: [String(made), String(response)],
        chain: [made instanceof PublicKeyCredential, made instanceof Credential, response instanceof AuthenticatorAttestationResponse, response instanceof AuthenticatorResponse, made.constructor === PublicKeyCredential],
        values: [made.type, made.authenticatorAttachment, made.id.length === Math.ceil(made.rawId.byteLength * 4 / 3)],
        shapes: [made.rawId, response.clientDataJSON, response.attestationObject, response.getAuthenticatorData(), response.getPublicKey()].map(shape),
        same: [made.rawId === made.rawId, made.response === made.response, response.clientDataJSON === response.clientDataJSON, response.attestationObject === response.attestationObject],
        fresh: [response.getPublicKey() === response.getPublicKey(), response.getTransports() === response.getTransports(), response.getAuthenticatorData() === response.getAuthenticatorData(), made.getClientExtensionResults() === made.getClientExtensionResults()],
        alg: response.getPublicKeyAlgorithm(), transports: response.getTransports(), extensions: made.getClientExtensionResults(), json: shape(made.toJSON()), keys: Object.keys(made.toJSON()), responseKeys: Object.keys(made.toJSON().response), text: JSON.stringify(made) === JSON.stringify(made.toJSON()) }`,
  },
  {
    id: "enumeration",
    about: "what for-in finds in a credential and its response",
    run: `const made = await make(); const found = (one) => { const names = []; for (const name in one) names.push(name); return names.sort(); }; return [found(made), found(made.response)]`,
  },
  {
    id: "client-data",
    about: "members of the client data, in order",
    run: `const made = await make(); const got = await ask({ allowCredentials: [{ type: "public-key", id: made.rawId }] });
      const read = (one) => JSON.parse(new TextDecoder().decode(one.response.clientDataJSON));
      return [made, got].map(read).map((data) => [Object.keys(data).filter((name) => name !== "other_keys_can_be_added_here"), data.type, data.crossOrigin, data.origin === location.origin])`,
  },
  {
    id: "asserted-credential",
    about: "the object that get() resolves with, the credential named",
    run: `const made = await make(); const got = await ask({ allowCredentials: [{ type: "public-key", id: made.rawId }] }); const { response } = got;
      return { own: Object.getOwnPropertyNames(got), tags: [String(got), String(response)], chain: [got instanceof PublicKeyCredential, response instanceof AuthenticatorAssertionResponse, response instanceof AuthenticatorAttestationResponse],
        same: [got.id === made.id, got.rawId === got.rawId, response.signature === response.signature], attachment: got.authenticatorAttachment,
        shapes: [got.rawId, response.clientDataJSON, response.authenticatorData, response.signature, response.userHandle].map(shape), userHandle: response.userHandle,
        json: shape(got.toJSON()), keys: Object.keys(got.toJSON()), responseKeys: Object.keys(got.toJSON().response), extensions: got.getClientExtensionResults(), methods: typeof response.getTransports }`,
  },
  {
    id: "asserted-discoverable",
    about: "get() without credentials named gives the user handle",
    run: `const user = { id: bytes(7, 7, 7), name: "taro", displayName: "Taro" }; const made = await make({ user, authenticatorSelection: { residentKey: "required", userVerification: "required" } });
      const got = await ask(); return { same: got.id === made.id, userHandle: [...new Uint8Array(got.response.userHandle)], json: shape(got.toJSON()), userHandleJson: got.toJSON().response.userHandle, flags: new Uint8Array(got.response.authenticatorData)[32] & 0x05 }`,
  },
  {
    id: "getters-of-prototype",
    about: "getters read through the prototypes give the same",
    run: `const made = await make(); const read = (on, name, of) => Object.getOwnPropertyDescriptor(on, name).get.call(of);
      return [read(Credential.prototype, "id", made) === made.id, read(PublicKeyCredential.prototype, "response", made) === made.response, Reflect.get(PublicKeyCredential.prototype, "rawId", made) === made.rawId]`,
  },
  {
    id: "readonly-members",
    about: "assigning to a member changes nothing, and throws in strict code",
    run: `const made = await make(); const { id } = made; const tried = (() => { "use strict"; try { made.id = "x"; return "assigned"; } catch (error) { return error.name; } })(); made.note = 1; return [tried, made.id === id, made.note, Object.isFrozen(made), Object.isExtensible(made)]`,
  },
  {
    id: "clone",
    about: "structuredClone of a credential and of its response",
    run: `const made = await make(); return [await ended(async () => structuredClone(made)), await ended(async () => structuredClone(made.response))]`,
  },
  {
    id: "buffers-usable",
    about: "buffers of a credential can be transferred and changed",
    run: `const made = await make(); const { rawId } = made; const before = rawId.byteLength > 0; structuredClone(rawId, { transfer: [rawId] }); return [before, made.rawId.byteLength]`,
  },
];
