import type { SemanticsCase } from "./cases.js";

const creations = (changes: Readonly<Record<string, string>>) =>
  `const results = {}; for (const [name, change] of Object.entries({ ${Object.entries(changes)
    .map(([name, change]) => `${JSON.stringify(name)}: () => (${change})`)
    .join(", ")} })) results[name] = await ended(() => make(change())); return results;`;

const requests = (changes: Readonly<Record<string, string>>) =>
  creations(changes).replace("make(change())", "ask(change())");

/** Options of create() and get(), their conversion and the names of errors. */
export const CALL_CASES: readonly SemanticsCase[] = [
  {
    id: "create-options-missing",
    about: "create() without a required member",
    run: creations({
      rp: "{ rp: undefined }",
      rpName: "{ rp: {} }",
      user: "{ user: undefined }",
      userId: `{ user: { name: "a", displayName: "a" } }`,
      userName: `{ user: { id: bytes(1), displayName: "a" } }`,
      displayName: `{ user: { id: bytes(1), name: "a" } }`,
      challenge: "{ challenge: undefined }",
      parameters: "{ pubKeyCredParams: undefined }",
    }),
  },
  {
    id: "create-options-types",
    about: "create() with members of other types",
    run: creations({
      rpText: `{ rp: "Shop" }`,
      rpNull: `{ rp: null }`,
      rpNameNull: `{ rp: { name: null } }`,
      rpNumber: `{ rp: { name: 5 } }`,
      userIdText: `{ user: { id: "abc", name: "a", displayName: "a" } }`,
      challengeText: `{ challenge: "abc" }`,
      challengeArray: `{ challenge: [1, 2, 3] }`,
      challengeEmpty: `{ challenge: new Uint8Array(0) }`,
      challengeBuffer: `{ challenge: new ArrayBuffer(16) }`,
      challengeView: `{ challenge: new DataView(new ArrayBuffer(16)) }`,
      challengeResizable: `{ challenge: new ArrayBuffer(16, { maxByteLength: 32 }) }`,
      challengeDetached: `{ challenge: (() => { const buffer = new ArrayBuffer(16); structuredClone(buffer, { transfer: [buffer] }); return buffer; })() }`,
      parametersObject: `{ pubKeyCredParams: {} }`,
      parametersText: `{ pubKeyCredParams: "ab" }`,
      parametersSet: `{ pubKeyCredParams: new Set([{ type: "public-key", alg: -7 }]) }`,
      algText: `{ pubKeyCredParams: [{ type: "public-key", alg: "-7" }] }`,
      algWord: `{ pubKeyCredParams: [{ type: "public-key", alg: "ES256" }] }`,
      algMissing: `{ pubKeyCredParams: [{ type: "public-key" }] }`,
      timeoutText: `{ timeout: "60000" }`,
      timeoutNaN: `{ timeout: NaN }`,
      timeoutNegative: `{ timeout: -1 }`,
      timeoutObject: `{ timeout: {} }`,
      timeoutSymbol: `{ timeout: Symbol() }`,
      attestationWord: `{ attestation: "sure" }`,
      attestationNull: `{ attestation: null }`,
      hintsUnknown: `{ hints: ["pigeon"] }`,
      hintsText: `{ hints: 5 }`,
      extensionsNull: `{ extensions: null }`,
      extensionsNumber: `{ extensions: 5 }`,
      excludeNull: `{ excludeCredentials: null }`,
      excludeIdText: `{ excludeCredentials: [{ type: "public-key", id: "abc" }] }`,
      excludeOtherType: `{ excludeCredentials: [{ type: "password", id: bytes(1) }] }`,
      selectionNull: `{ authenticatorSelection: null }`,
      attachmentWord: `{ authenticatorSelection: { authenticatorAttachment: "sideways" } }`,
      residentWord: `{ authenticatorSelection: { residentKey: "maybe" } }`,
      verificationWord: `{ authenticatorSelection: { userVerification: "maybe" } }`,
    }),
  },
  {
    id: "create-options-values",
    about: "create() with values that a browser refuses, or takes",
    run: creations({
      userId64: `{ user: { id: new Uint8Array(64), name: "a", displayName: "a" } }`,
      userId65: `{ user: { id: new Uint8Array(65), name: "a", displayName: "a" } }`,
      nameEmpty: `{ user: { id: bytes(1), name: "", displayName: "" } }`,
      rpNameEmpty: `{ rp: { name: "" } }`,
      rpIdOther: `{ rp: { name: "a", id: "example.com" } }`,
      rpIdEmpty: `{ rp: { name: "a", id: "" } }`,
      rpIdUrl: `{ rp: { name: "a", id: location.origin } }`,
      rpIdPort: `{ rp: { name: "a", id: location.host } }`,
      rpIdOwn: `{ rp: { name: "a", id: location.hostname } }`,
      rpIdUpper: `{ rp: { name: "a", id: location.hostname.toUpperCase() } }`,
      rpIdNull: `{ rp: { name: "a", id: null } }`,
      noParameters: `{ pubKeyCredParams: [] }`,
      otherParameters: `{ pubKeyCredParams: [{ type: "public-key", alg: -9999 }] }`,
      otherType: `{ pubKeyCredParams: [{ type: "password", alg: -7 }] }`,
      mixedTypes: `{ pubKeyCredParams: [{ type: "password", alg: -7 }, { type: "public-key", alg: -7 }] }`,
      residentRequired: `{ authenticatorSelection: { residentKey: "required" } }`,
      verificationRequired: `{ authenticatorSelection: { userVerification: "required" } }`,
      excludeUnknown: `{ excludeCredentials: [{ type: "public-key", id: bytes(1, 2, 3) }] }`,
      excludeMany: `{ excludeCredentials: Array.from({ length: 65 }, (_, index) => ({ type: "public-key", id: bytes(index, 1) })) }`,
    }),
  },
  {
    id: "user-id-empty",
    about: "create() with an empty user.id",
    run: `return await ended(() => make({ user: { id: new Uint8Array(0), name: "a", displayName: "a" } }))`,
    differs:
      "the specification has TypeError (WebAuthn Level 3 §5.1.3 step 5), and so has the harness: the site has a bug that other browsers show. Chromium 156 makes a credential with an empty user handle, and get() gives null for it",
  },
  {
    id: "create-excluded",
    about: "create() with a credential excluded that the authenticator holds",
    run: `const made = await make(); return await ended(() => make({ excludeCredentials: [{ type: "public-key", id: made.rawId }] }))`,
  },
  {
    id: "attestation",
    about: "create() with attestation: format, and AAGUID of none",
    run: `const read = async (attestation) => { const { response } = await make({ attestation }); const text = String.fromCharCode(...new Uint8Array(response.attestationObject)); return [text.includes("packed"), text.includes("none")]; };
      return { none: await read("none"), direct: await read("direct"), indirect: await read("indirect") }`,
  },
  {
    id: "get-options",
    about: "get() with options that a browser refuses, or takes",
    run: `await make({ authenticatorSelection: { residentKey: "required" } }); ${requests({
      challenge: "{ challenge: undefined }",
      challengeText: `{ challenge: "abc" }`,
      rpIdOther: `{ rpId: "example.com" }`,
      rpIdOwn: `{ rpId: location.hostname }`,
      rpIdEmpty: `{ rpId: "" }`,
      allowNull: `{ allowCredentials: null }`,
      allowEmpty: `{ allowCredentials: [] }`,
      allowIdText: `{ allowCredentials: [{ type: "public-key", id: "abc" }] }`,
      allowIdMissing: `{ allowCredentials: [{ type: "public-key" }] }`,
      allowTypeMissing: `{ allowCredentials: [{ id: bytes(1) }] }`,
      verificationWord: `{ userVerification: "maybe" }`,
      verificationRequired: `{ userVerification: "required" }`,
      hintsUnknown: `{ hints: ["pigeon"] }`,
      timeoutInfinity: `{ timeout: Infinity }`,
      allowMany: `{ allowCredentials: Array.from({ length: 65 }, (_, index) => ({ type: "public-key", id: bytes(index, 1) })) }`,
    })}`,
  },
  {
    id: "outer-options",
    about: "argument of create() and get() outside publicKey",
    run: `const container = navigator.credentials; return {
      getNothing: await ended(() => container.get()), getNull: await ended(() => container.get(null)), getNumber: await ended(() => container.get(5)), getEmpty: await ended(() => container.get({})),
      createNothing: await ended(() => container.create()), createEmpty: await ended(() => container.create({})), createNumber: await ended(() => container.create(5)),
      getPublicKeyNull: await ended(() => container.get({ publicKey: null })), createPublicKeyNull: await ended(() => container.create({ publicKey: null })), createPublicKeyText: await ended(() => container.create({ publicKey: "x" })),
      mediationWord: await ended(() => ask({}, { mediation: "sometimes" })), createMediationWord: await ended(() => make({}, { mediation: "sometimes" })), silent: await ended(() => ask({}, { mediation: "silent" })),
      signalText: await ended(() => make({}, { signal: "x" })), signalNull: await ended(() => make({}, { signal: null })), signalObject: await ended(() => make({}, { signal: { aborted: false, addEventListener() {} } })),
      both: await ended(() => make({}, { password: { id: "a", password: "b", origin: location.origin } })), getBoth: await ended(() => ask({}, { password: true })),
      passwordOnly: await ended(() => container.create({ password: { id: "a", password: "b", origin: location.origin } })),
    }`,
  },
  {
    id: "mediation-required",
    about: "mediation required and optional",
    run: `await make({ authenticatorSelection: { residentKey: "required" } }); return [await ended(() => ask({}, { mediation: "required" })), await ended(() => ask({}, { mediation: "optional" })), await ended(() => make({}, { mediation: "required" })), await ended(() => make({}, { mediation: "optional" })), await ended(() => make({}, { mediation: "silent" }))]`,
  },
  {
    id: "get-unknown-credential",
    about: "get() with credentials that no authenticator has; aborted after a while",
    run: `const abort = new AbortController(); setTimeout(() => abort.abort(), 1500); return await ended(() => ask({ allowCredentials: [{ type: "public-key", id: bytes(1, 2, 3) }] }, { signal: abort.signal }))`,
  },
  {
    id: "read-order",
    about: "order in which members of the options are read",
    run: `const read = []; const watched = (object, at) => new Proxy(object, { get(target, name) { if (typeof name === "string") read.push(at + name); const value = Reflect.get(target, name); return value !== null && typeof value === "object" && !ArrayBuffer.isView(value) && !Array.isArray(value) && !(value instanceof AbortSignal) ? watched(value, at + name + ".") : value; } });
      await ended(() => navigator.credentials.create(watched({ publicKey: creation({ extensions: { credProps: true }, authenticatorSelection: { residentKey: "preferred" } }) }, "")));
      const creates = read.splice(0).filter((name) => !/^(signal|mediation|password|federated|identity|digital|otp)/.test(name)); return creates.filter((name) => /^publicKey(\\.(rp|user|authenticatorSelection)(\\..*)?|\\.[a-z]\\w*)?$/i.test(name))`,
    differs:
      "the harness also reads attestationFormats, a member of WebAuthn Level 3 that Chromium 156 does not have yet; the order of all others is the same",
  },
  {
    id: "options-copied",
    about: "options are copied at the call: what is changed later has no effect",
    run: `const options = creation(); const before = btoa(String.fromCharCode(...options.challenge)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
      const promise = navigator.credentials.create({ publicKey: options }); options.challenge.fill(0); options.rp.id = "example.com"; const made = await promise;
      return JSON.parse(new TextDecoder().decode(made.response.clientDataJSON)).challenge === before`,
  },
  {
    id: "getter-throws",
    about: "an option whose getter throws: the page's own error",
    run: `return [await ended(() => navigator.credentials.create({ get publicKey() { throw new RangeError("own"); } })), await ended(() => make({ get challenge() { throw new RangeError("own"); } })), await ended(() => make({ user: { id: bytes(1), displayName: "a", get name() { throw new RangeError("own"); } } })), await ended(() => make({ timeout: { valueOf() { throw new RangeError("own"); } } }))]`,
  },
];
