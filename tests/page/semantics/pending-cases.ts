import type { SemanticsCase } from "./cases.js";

/** Abort, a second request, conditional mediation, frames and popups. */
export const PENDING_CASES: readonly SemanticsCase[] = [
  {
    id: "abort-before",
    about: "a signal that is aborted already, with and without a reason",
    run: `return [await ended(() => make({}, { signal: AbortSignal.abort() })), await ended(() => make({}, { signal: AbortSignal.abort("done") })), await ended(() => ask({}, { signal: AbortSignal.abort(new RangeError("own")) })), await ended(() => make({ rp: { name: "a", id: "example.com" } }, { signal: AbortSignal.abort() })), await ended(() => make({ challenge: undefined }, { signal: AbortSignal.abort() })), await ended(() => navigator.credentials.get({ signal: AbortSignal.abort() }))]`,
  },
  {
    id: "abort-pending",
    about: "abort while a request is pending, with and without a reason",
    isUntouched: true,
    run: `const results = []; for (const reason of [undefined, "done", new RangeError("own"), null]) for (const call of [make, ask]) {
        const abort = new AbortController(); const result = ended(call({}, { signal: abort.signal })); setTimeout(() => abort.abort(reason), 300); results.push(await result); }
      return results`,
  },
  {
    id: "abort-same-task",
    about: "abort in the task of the call",
    isUntouched: true,
    run: `const abort = new AbortController(); const result = ended(make({}, { signal: abort.signal })); abort.abort(); return await result`,
  },
  {
    id: "abort-timeout",
    about: "AbortSignal.timeout",
    isUntouched: true,
    run: `return await ended(make({}, { signal: AbortSignal.timeout(300) }))`,
  },
  {
    id: "abort-after",
    about: "abort after the promise has settled",
    run: `const abort = new AbortController(); const made = await make({}, { signal: abort.signal }); abort.abort(); return [shape(made), await ended(make())]`,
  },
  {
    id: "second-request",
    about: "a second request while one is pending, and the first after it",
    isUntouched: true,
    run: `const abort = new AbortController(); const first = ended(make({}, { signal: abort.signal })); await new Promise((resolve) => setTimeout(resolve, 300));
      const seconds = [await ended(make()), await ended(ask())]; abort.abort(); return [seconds, await first]`,
  },
  {
    id: "second-request-aborted",
    about: "a second request right after the first was aborted",
    isUntouched: true,
    run: `const first = new AbortController(); const one = ended(make({}, { signal: first.signal })); await new Promise((resolve) => setTimeout(resolve, 300)); first.abort();
      const second = new AbortController(); const two = ended(ask({}, { signal: second.signal })); setTimeout(() => second.abort("two"), 300); return [await one, await two]`,
  },
  {
    id: "bad-second-request",
    about: "a second request whose options are refused, while one is pending",
    isUntouched: true,
    run: `const abort = new AbortController(); const first = ended(ask({}, { signal: abort.signal })); await new Promise((resolve) => setTimeout(resolve, 300));
      const seconds = [await ended(make({ rp: { name: "a", id: "example.com" } })), await ended(make({ pubKeyCredParams: [{ type: "public-key", alg: "x" }] })), await ended(make({ user: { id: new Uint8Array(0), name: "a", displayName: "a" } }))]; abort.abort(); return [seconds, await first]`,
  },
  {
    id: "conditional-available",
    about:
      "isConditionalMediationAvailable and isUserVerifyingPlatformAuthenticatorAvailable give promises of booleans",
    run: `return [PublicKeyCredential.isConditionalMediationAvailable() instanceof Promise, typeof await PublicKeyCredential.isConditionalMediationAvailable(), await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable()]`,
  },
  {
    id: "conditional-pending",
    about: "a conditional get() waits, and is aborted by the page",
    isUntouched: true,
    run: `const abort = new AbortController(); const result = ended(ask({}, { mediation: "conditional", signal: abort.signal })); setTimeout(() => abort.abort(), 600); return await result`,
  },
  {
    id: "conditional-and-modal",
    about: "a modal request while a conditional one is pending",
    isUntouched: true,
    run: `const abort = new AbortController(); const modal = new AbortController(); const first = ended(ask({}, { mediation: "conditional", signal: abort.signal })); await new Promise((resolve) => setTimeout(resolve, 400));
      const second = ended(ask({}, { signal: modal.signal })); setTimeout(() => modal.abort(), 400); const two = await second; abort.abort(); return [two, await first]`,
  },
  {
    id: "conditional-with-list",
    about: "a conditional get() with credentials named, and a conditional create()",
    isUntouched: true,
    run: `const abort = new AbortController(); setTimeout(() => abort.abort(), 600); const got = await ended(ask({ allowCredentials: [{ type: "public-key", id: bytes(1) }] }, { mediation: "conditional", signal: abort.signal }));
      return [got, await ended(make({}, { mediation: "conditional" }))]`,
  },
  {
    id: "frame-same-origin",
    about: "a frame of the same origin, without an allow attribute",
    run: `await make({ authenticatorSelection: { residentKey: "required" } }); return [await framed("/", undefined, "create"), await framed("/", undefined, "get"), await framed("/", undefined, "origins")]`,
  },
  {
    id: "frame-cross-origin-without-policy",
    about: "a frame of another origin that no policy allows",
    run: `return [await framed(other, undefined, "create"), await framed(other, undefined, "get"), await framed(other, "publickey-credentials-get", "create"), await framed(other, "publickey-credentials-create", "get")]`,
  },
  {
    id: "frame-cross-origin-allowed",
    about: "a frame of another origin that the policy allows; create() there without a click",
    run: `await make({ authenticatorSelection: { residentKey: "required" } }); return [await framed(other, "publickey-credentials-get", "get"), await framed(other, "publickey-credentials-get", "origins"), await framed(other, "publickey-credentials-create", "create")]`,
  },
  {
    id: "frame-policy-denies-own",
    about: "a frame of the same origin that the policy denies",
    run: `return [await framed("/", "publickey-credentials-get 'none'; publickey-credentials-create 'none'", "create"), await framed("/", "publickey-credentials-get 'none'", "get")]`,
  },
  {
    id: "frame-sandboxed",
    about: "a sandboxed frame with an opaque origin",
    run: `return [await framed("/", "publickey-credentials-get *; publickey-credentials-create *", "create", { sandbox: "allow-scripts" }), await framed("/", "publickey-credentials-get *", "get", { sandbox: "allow-scripts" }), await framed("/", undefined, "globals", { sandbox: "allow-scripts" })]`,
  },
  {
    id: "frame-blank",
    about: "an empty frame: interfaces of its own, and a call made from outside",
    run: `const frame = document.createElement("iframe"); document.body.append(frame); const { contentWindow: inner } = frame; const made = await inner.navigator.credentials.create({ publicKey: creation() });
      return [inner.PublicKeyCredential === PublicKeyCredential, made instanceof inner.PublicKeyCredential, made instanceof PublicKeyCredential, made.rawId instanceof inner.ArrayBuffer, made.response instanceof inner.AuthenticatorAttestationResponse]`,
  },
  {
    id: "frame-removed",
    about: "a frame that is removed while its request is pending frees the browser for the next",
    isUntouched: true,
    run: `const frame = document.createElement("iframe"); frame.src = "/"; const ready = loaded(frame); document.body.append(frame); await ready; frame.contentWindow.postMessage("get", "*"); await new Promise((resolve) => setTimeout(resolve, 500)); frame.remove(); await new Promise((resolve) => setTimeout(resolve, 300));
      const abort = new AbortController(); setTimeout(() => abort.abort(), 400); return await ended(ask({}, { signal: abort.signal }))`,
  },
  {
    id: "errors-of-frame-realm",
    about: "errors are of the window that is called",
    run: `const frame = document.createElement("iframe"); document.body.append(frame); const { contentWindow: inner } = frame; const caught = async (run) => { try { await run(); } catch (error) { return error; } };
      const type = await caught(() => inner.navigator.credentials.create({ publicKey: {} })); const security = await caught(() => inner.navigator.credentials.create({ publicKey: creation({ rp: { name: "a", id: "example.com" } }) }));
      return [type instanceof inner.TypeError, type instanceof TypeError, security instanceof inner.DOMException, security instanceof DOMException, security.name, security.code]`,
  },
  {
    id: "detached-frame",
    about: "a call through the container of a frame that is gone",
    run: `const frame = document.createElement("iframe"); document.body.append(frame); const { credentials } = frame.contentWindow.navigator; frame.remove(); return await Promise.race([ended(() => credentials.create({ publicKey: creation() })), new Promise((resolve) => setTimeout(resolve, 1500, "pending"))])`,
  },
];
