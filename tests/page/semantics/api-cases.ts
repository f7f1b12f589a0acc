import type { SemanticsCase } from "./cases.js";

const signals = (name: string, options: Readonly<Record<string, string>>) =>
  `const results = {}; for (const [name, options] of Object.entries({ ${Object.entries(options)
    .map(([id, one]) => `${JSON.stringify(id)}: () => [${one}]`)
    .join(
      ", ",
    )} })) results[name] = await ended(() => PublicKeyCredential.${name}(...options())); return results;`;

/** Capabilities, JSON, the Signal API and extensions. */
export const API_CASES: readonly SemanticsCase[] = [
  {
    id: "capabilities",
    about: "names of getClientCapabilities",
    run: `const found = await PublicKeyCredential.getClientCapabilities(); return [Object.keys(found), Object.values(found).every((value) => typeof value === "boolean"), Object.getPrototypeOf(found) === Object.prototype]`,
  },
  {
    id: "capabilities-values",
    about: "values of getClientCapabilities, on a computer without a platform authenticator",
    run: `return await PublicKeyCredential.getClientCapabilities()`,
    differs:
      "what depends on authenticators is the harness's: autofill (conditionalGet) and phones (hybridTransport) are there, which a headless browser has not; conditionalCreate and relatedOrigins are false, because the harness does neither",
  },
  {
    id: "static-receivers",
    about: "static methods called without their class",
    run: `const { isConditionalMediationAvailable: one, getClientCapabilities: two, signalUnknownCredential: three } = PublicKeyCredential; return [await ended(() => one()), await ended(() => two()), await ended(() => three({ rpId: location.hostname, credentialId: "AQID" }))]`,
  },
  {
    id: "parse-creation",
    about: "parseCreationOptionsFromJSON",
    run: `const parsed = PublicKeyCredential.parseCreationOptionsFromJSON({ rp: { name: "a" }, user: { id: "AQID", name: "a", displayName: "a" }, challenge: "AQID", pubKeyCredParams: [{ type: "public-key", alg: -7 }], excludeCredentials: [{ id: "AQID", type: "public-key", transports: ["usb"] }], extensions: { prf: { eval: { first: "AQID" } } }, unknown: 1 });
      const made = await ended(() => navigator.credentials.create({ publicKey: parsed })); return [shape(parsed), made]`,
  },
  {
    id: "parse-request",
    about: "parseRequestOptionsFromJSON, and what it refuses",
    run: `const tried = (json) => { try { return shape(PublicKeyCredential.parseRequestOptionsFromJSON(json)); } catch (error) { return error.name; } };
      return [tried({ challenge: "AQID", allowCredentials: [{ id: "AQID", type: "public-key" }] }), tried({ challenge: "A==D" }), tried({}), tried(null), tried({ challenge: "AQID", extensions: { largeBlob: { write: "AQID" } } })]`,
  },
  {
    id: "json-round-trip",
    about: "toJSON of results, with extensions in it",
    run: `const made = await make({ extensions: { credProps: true, largeBlob: { support: "preferred" }, prf: {} }, authenticatorSelection: { residentKey: "required", userVerification: "required" } }); return [shape(made.toJSON()), made.toJSON().clientExtensionResults, made.toJSON().id === made.id]`,
  },
  {
    id: "signal-unknown",
    about: "signalUnknownCredential",
    run: signals("signalUnknownCredential", {
      good: `{ rpId: location.hostname, credentialId: "AQID" }`,
      nothing: ``,
      null: `null`,
      text: `"x"`,
      noRpId: `{ credentialId: "AQID" }`,
      noId: `{ rpId: location.hostname }`,
      otherRpId: `{ rpId: "example.com", credentialId: "AQID" }`,
      badBase64: `{ rpId: location.hostname, credentialId: "A+/=" }`,
      emptyId: `{ rpId: location.hostname, credentialId: "" }`,
      idBuffer: `{ rpId: location.hostname, credentialId: bytes(1, 2, 3) }`,
      rpIdEmpty: `{ rpId: "", credentialId: "AQID" }`,
    }),
  },
  {
    id: "signal-accepted",
    about: "signalAllAcceptedCredentials",
    run: signals("signalAllAcceptedCredentials", {
      good: `{ rpId: location.hostname, userId: "AQID", allAcceptedCredentialIds: ["AQID"] }`,
      empty: `{ rpId: location.hostname, userId: "AQID", allAcceptedCredentialIds: [] }`,
      noUser: `{ rpId: location.hostname, allAcceptedCredentialIds: [] }`,
      noList: `{ rpId: location.hostname, userId: "AQID" }`,
      listText: `{ rpId: location.hostname, userId: "AQID", allAcceptedCredentialIds: "AQID" }`,
      badUser: `{ rpId: location.hostname, userId: "A+/=", allAcceptedCredentialIds: [] }`,
      badId: `{ rpId: location.hostname, userId: "AQID", allAcceptedCredentialIds: ["A+/="] }`,
      otherRpId: `{ rpId: "example.com", userId: "AQID", allAcceptedCredentialIds: [] }`,
    }),
  },
  {
    id: "signal-details",
    about: "signalCurrentUserDetails",
    run: signals("signalCurrentUserDetails", {
      good: `{ rpId: location.hostname, userId: "AQID", name: "a", displayName: "A" }`,
      noName: `{ rpId: location.hostname, userId: "AQID", displayName: "A" }`,
      noDisplayName: `{ rpId: location.hostname, userId: "AQID", name: "a" }`,
      badUser: `{ rpId: location.hostname, userId: "A+/=", name: "a", displayName: "A" }`,
      otherRpId: `{ rpId: "example.com", userId: "AQID", name: "a", displayName: "A" }`,
    }),
  },
  {
    id: "ext-cred-props",
    about: "credProps",
    run: `const results = async (change) => (await make(change)).getClientExtensionResults(); return [await results({ extensions: { credProps: true }, authenticatorSelection: { residentKey: "required" } }), await results({ extensions: { credProps: true }, authenticatorSelection: { residentKey: "discouraged" } }), await results({ extensions: { credProps: false } }), await results({ extensions: { credProps: "yes" } })]`,
  },
  {
    id: "ext-prf",
    about: "prf: enabled at create(), values at get()",
    run: `const made = await make({ extensions: { prf: {} }, authenticatorSelection: { residentKey: "required", userVerification: "required" } }); const allowCredentials = [{ type: "public-key", id: made.rawId }];
      const one = async (prf) => { const { prf: result } = (await ask({ allowCredentials, userVerification: "required", extensions: { prf } })).getClientExtensionResults(); return [shape(result), result?.results?.first?.byteLength, result?.results?.second?.byteLength]; };
      const same = async () => btoa(String.fromCharCode(...new Uint8Array((await ask({ allowCredentials, userVerification: "required", extensions: { prf: { eval: { first: bytes(1) } } } })).getClientExtensionResults().prf.results.first)));
      return [made.getClientExtensionResults(), await one({ eval: { first: bytes(1) } }), await one({ eval: { first: bytes(1), second: bytes(2) } }), await one({ evalByCredential: { [made.id]: { first: bytes(1) } } }), await one({}), await same() === await same()]`,
  },
  {
    id: "ext-prf-errors",
    about: "prf: what is refused",
    run: `const made = await make({ extensions: { prf: {} }, authenticatorSelection: { userVerification: "required" } }); const allowCredentials = [{ type: "public-key", id: made.rawId }];
      return { createByCredential: await ended(() => make({ extensions: { prf: { evalByCredential: { AQID: { first: bytes(1) } } } } })), withoutList: await ended(() => ask({ extensions: { prf: { evalByCredential: { AQID: { first: bytes(1) } } } } })), notInList: await ended(() => ask({ allowCredentials, extensions: { prf: { evalByCredential: { AQID: { first: bytes(1) } } } } })),
        badKey: await ended(() => ask({ allowCredentials, extensions: { prf: { evalByCredential: { "A+/=": { first: bytes(1) } } } } })), emptyKey: await ended(() => ask({ allowCredentials, extensions: { prf: { evalByCredential: { "": { first: bytes(1) } } } } })), textValue: await ended(() => ask({ allowCredentials, extensions: { prf: { eval: { first: "x" } } } })), noFirst: await ended(() => ask({ allowCredentials, extensions: { prf: { eval: {} } } })) }`,
  },
  {
    id: "ext-large-blob",
    about: "largeBlob: written and read",
    run: `const made = await make({ extensions: { largeBlob: { support: "required" } }, authenticatorSelection: { residentKey: "required", userVerification: "required" } }); const allowCredentials = [{ type: "public-key", id: made.rawId }];
      const one = async (largeBlob) => (await ask({ allowCredentials, userVerification: "required", extensions: { largeBlob } })).getClientExtensionResults(); const before = await one({ read: true }); const wrote = await one({ write: bytes(1, 2, 3) }); const { largeBlob } = await one({ read: true });
      return [made.getClientExtensionResults(), before, wrote, shape(largeBlob), largeBlob.blob && [...new Uint8Array(largeBlob.blob)]]`,
  },
  {
    id: "ext-large-blob-errors",
    about: "largeBlob: what is refused",
    run: `return { createRead: await ended(() => make({ extensions: { largeBlob: { read: true } } })), createWrite: await ended(() => make({ extensions: { largeBlob: { write: bytes(1) } } })), supportWord: await ended(() => make({ extensions: { largeBlob: { support: "maybe" } } })), getSupport: await ended(() => ask({ extensions: { largeBlob: { support: "preferred" } } })), readAndWrite: await ended(() => ask({ extensions: { largeBlob: { read: true, write: bytes(1) } } })), writeWithoutList: await ended(() => ask({ extensions: { largeBlob: { write: bytes(1) } } })) }`,
  },
  {
    id: "ext-others",
    about: "extensions of other names",
    run: `const results = async (extensions, more = {}) => { try { return (await make({ extensions, ...more })).getClientExtensionResults(); } catch (error) { return error.name; } }; const resident = { authenticatorSelection: { residentKey: "required", userVerification: "required" } };
      return { unknown: await results({ pigeon: true }), minPinLength: await results({ minPinLength: true }), credBlob: await results({ credBlob: bytes(1) }, resident), credBlobLong: await results({ credBlob: new Uint8Array(65) }, resident), protect: await results({ credentialProtectionPolicy: "userVerificationOptional" }), protectRequired: await results({ credentialProtectionPolicy: "userVerificationRequired" }, resident), protectWeak: await results({ credentialProtectionPolicy: "userVerificationRequired" }), protectWord: await results({ credentialProtectionPolicy: "sure" }) }`,
  },
  {
    id: "ext-cred-protect",
    about: "credProtect that is enforced, in good and in contradictory options",
    run: `const results = {}; for (const residentKey of ["discouraged", "required"]) for (const userVerification of ["preferred", "required"]) for (const credentialProtectionPolicy of [undefined, "userVerificationOptional", "userVerificationOptionalWithCredentialIDList", "userVerificationRequired"])
        results[[residentKey, userVerification, credentialProtectionPolicy]] = await ended(() => make({ extensions: { credentialProtectionPolicy, enforceCredentialProtectionPolicy: true }, authenticatorSelection: { residentKey, userVerification } }));
      return results`,
  },
  {
    id: "ext-cred-blob",
    about: "credBlob is given back by get()",
    run: `const made = await make({ extensions: { credBlob: bytes(4, 5) }, authenticatorSelection: { residentKey: "required", userVerification: "required" } }); const results = (await ask({ userVerification: "required", extensions: { getCredBlob: true } })).getClientExtensionResults(); return [made.getClientExtensionResults(), shape(results), results.getCredBlob && [...new Uint8Array(results.getCredBlob)]]`,
  },
  {
    id: "ext-of-other-method",
    about: "extensions that belong to the other method",
    run: `const made = await make(); const allowCredentials = [{ type: "public-key", id: made.rawId }];
      return { createAppid: await ended(() => make({ extensions: { appid: location.origin } })), getAppidExclude: await ended(() => ask({ allowCredentials, extensions: { appidExclude: location.origin } })), getCredProps: await ended(() => ask({ allowCredentials, extensions: { credProps: true } })), getCredBlobAtCreate: await ended(() => make({ extensions: { getCredBlob: true } })), credBlobAtGet: await ended(() => ask({ allowCredentials, extensions: { credBlob: bytes(1) } })), appidOther: await ended(() => ask({ allowCredentials, extensions: { appid: "https://example.com" } })), minPinAtGet: await ended(() => ask({ allowCredentials, extensions: { minPinLength: true } })), protectAtGet: await ended(() => ask({ allowCredentials, extensions: { credentialProtectionPolicy: "userVerificationOptional" } })) }`,
  },
  {
    id: "store",
    about: "store() of a credential, and preventSilentAccess()",
    run: `const made = await make(); return [await ended(() => navigator.credentials.store(made)), await ended(() => navigator.credentials.preventSilentAccess())]`,
  },
];
