import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { abortedBy } from "../../core/abort.js";
import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import { concat, utf8 } from "../../core/bytes.js";
import { Mutex } from "../../core/queue.js";
import { PointError } from "../../crypto/algorithms.js";
import { encodeAuthenticatorData } from "../messages/authenticator-data.js";
import { CtapCommand } from "../command.js";
import type { CredentialDescriptor } from "../messages/common.js";
import { CoseAlgorithm, encodeCoseKey, type CoseKey } from "../messages/cose.js";
import type { CtapDevice, TransactOptions } from "../device.js";
import { encodeGetAssertionResponse, parseGetAssertionRequest } from "../messages/get-assertion.js";
import { encodeInfo } from "../messages/get-info.js";
import { encodeMakeCredentialResponse, parseMakeCredentialRequest } from "../messages/make-credential.js";
import { MessageError } from "../messages/message-error.js";
import { CtapStatus, type CtapStatusName } from "../status.js";
import { u2fClient, unreadable, type SendApdu, type U2fClient } from "./u2f-client.js";
import {
  BOGUS_APPLICATION,
  BOGUS_CHALLENGE,
  isU2fPresent,
  KEY_HANDLE_BYTES_MAX,
  U2fControl,
  type U2fRegistration,
  type U2fRegistrationRequest,
} from "./u2f.js";
import { StatusWord, U2fError } from "./u2f-error.js";

/** A link that carries APDUs. */
export interface ApduLink extends AsyncDisposable {
  readonly transport: CtapDevice["transport"];
  readonly label: string;
  readonly sendApdu: SendApdu;
}

export interface Ctap2OverU2fOptions {
  /** Timer `u2f.poll`: pause before a key is asked again whether it was touched; 200 ms by default, as Chromium. */
  readonly pollMs?: number;
}

const OPTIONS = parameters<Ctap2OverU2fOptions>({
  pollMs: maybe(shape.ms),
});

const POLL_MS = 200;

/**
 * What stands in for getInfo's limits: a list costs a U2F key one short message an entry, so that long lists
 * need no pre-flight.
 */
const LIST_ENTRIES_MAX = 1024;
const REQUEST_BYTES_MAX = 1_048_576;

const AAGUID_BYTES = 16;
const NO_AAGUID = new Uint8Array(AAGUID_BYTES);

const COORDINATE_BYTES = 32;

/** What a status word becomes where it has no meaning of its own; OTHER for those not listed. */
const STATUS_OF: ReadonlyMap<number, CtapStatusName> = new Map([
  // To a request that does without a touch.
  [StatusWord.CONDITIONS_NOT_SATISFIED, "UP_REQUIRED"],
  [StatusWord.WRONG_LENGTH, "INVALID_LENGTH"],
  [StatusWord.WRONG_DATA, "INVALID_PARAMETER"],
  [StatusWord.INS_NOT_SUPPORTED, "INVALID_COMMAND"],
  [StatusWord.CLA_NOT_SUPPORTED, "INVALID_COMMAND"],
  [StatusWord.COMMAND_NOT_ALLOWED, "NOT_ALLOWED"],
]);

/**
 * A key that knows only U2F, behind the seam of those that know CTAP2.
 *
 * makeCredential becomes register, getAssertion becomes authenticate; what U2F cannot do is refused with the status a
 * CTAP2 key without the feature would answer. A U2F key never waits: it says that it wants a touch and is asked again,
 * until the user touches it or the caller's signal aborts. Without a signal there is no end.
 *
 * @see CTAP 2.3 §10.2 (mapping of CTAP2 requests to U2F)
 */
export function ctap2OverU2f(env: Env, link: ApduLink, options: Ctap2OverU2fOptions = {}): CtapDevice {
  checkArguments("ctap2OverU2f", {
    env: [arg.env, env],
    link: [arg.object, link],
    options: [OPTIONS, options],
  });
  return new U2fBackedDevice(env, link, options);
}

/** Ends a request with a status. Never leaves this file. */
class Answered extends Error {
  readonly status: number;

  constructor(name: CtapStatusName) {
    super(name);
    this.status = CtapStatus[name];
  }
}

class U2fBackedDevice implements CtapDevice {
  readonly oneShot = false;
  readonly #env: Env;
  readonly #link: ApduLink;
  readonly #client: U2fClient;
  readonly #pollMs: number;
  readonly #mutex = new Mutex();
  /** The span of the request that has its turn. */
  #asking: TraceContext | undefined;

  constructor(env: Env, link: ApduLink, { pollMs = POLL_MS }: Ctap2OverU2fOptions) {
    this.#env = env;
    this.#link = link;
    // An exchange is short and cannot be cancelled: it is never cut off in the middle.
    this.#client = u2fClient(env, (apdu) => link.sendApdu(apdu, { context: this.#asking }), {
      context: () => this.#asking,
    });
    this.#pollMs = pollMs;
  }

  get transport(): CtapDevice["transport"] {
    return this.#link.transport;
  }

  get label(): string {
    return this.#link.label;
  }

  transact(request: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
    return this.#mutex.run(() => {
      if (options.signal?.aborted) throw abortedBy(options.signal, "none");
      this.#asking = options.context;
      return this.#answer(request, options);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link[Symbol.asyncDispose]();
  }

  async #answer(request: Uint8Array, options: TransactOptions): Promise<Uint8Array> {
    try {
      const body = await this.#run(request, options);
      return concat(Uint8Array.of(CtapStatus.OK), body);
    } catch (error) {
      return Uint8Array.of(this.#statusOf(error, options));
    }
  }

  #run(request: Uint8Array, options: TransactOptions): Promise<Uint8Array> {
    switch (request[0]) {
      case CtapCommand.getInfo:
        return this.#getInfo();
      case CtapCommand.makeCredential:
        return this.#makeCredential(request.subarray(1), options);
      case CtapCommand.getAssertion:
        return this.#getAssertion(request.subarray(1), options);
      case CtapCommand.selection:
        return this.#touch(options);
      case undefined:
        throw new Answered("INVALID_LENGTH");
      default:
        throw new Answered("INVALID_COMMAND");
    }
  }

  /** U2F keys say nothing of themselves but that they are some. */
  async #getInfo(): Promise<Uint8Array> {
    if ((await this.#client.version()) !== "U2F_V2") throw new Answered("INVALID_COMMAND");
    return encodeInfo({
      versions: ["U2F_V2"],
      aaguid: NO_AAGUID,
      options: { rk: false, up: true, plat: false },
      maxMsgSize: REQUEST_BYTES_MAX,
      maxCredentialCountInList: LIST_ENTRIES_MAX,
      maxCredentialIdLength: KEY_HANDLE_BYTES_MAX,
      algorithms: [{ type: "public-key", alg: CoseAlgorithm.ES256 }],
      attestationFormats: ["fido-u2f"],
    });
  }

  /** @see CTAP 2.3 §10.2.1 */
  async #makeCredential(parameters: Uint8Array, options: TransactOptions): Promise<Uint8Array> {
    const request = parseMakeCredentialRequest(parameters);
    if (request.pinUvAuthParam?.length === 0) {
      await this.#touch(options);
      throw new Answered("PIN_NOT_SET");
    }
    const isPossible = request.pubKeyCredParams.some(
      ({ type, alg }) => type === "public-key" && alg === CoseAlgorithm.ES256,
    );
    if (!isPossible) throw new Answered("UNSUPPORTED_ALGORITHM");
    const { rk, up, uv } = request.options ?? {};
    if (rk === true || uv === true || request.pinUvAuthParam) throw new Answered("UNSUPPORTED_OPTION");
    if (up === false) throw new Answered("INVALID_OPTION");
    const wanted = { application: this.#hash(request.rp.id), challenge: request.clientDataHash };
    if (await this.#findMine(request.excludeList ?? [], wanted)) {
      await this.#touch(options);
      throw new Answered("CREDENTIAL_EXCLUDED");
    }
    const made = await this.#untilTouched(() => this.#client.register(wanted), options);
    return this.#credential(wanted, made);
  }

  /** @see CTAP 2.3 §10.2.2 */
  async #getAssertion(parameters: Uint8Array, options: TransactOptions): Promise<Uint8Array> {
    const request = parseGetAssertionRequest(parameters);
    if (request.pinUvAuthParam?.length === 0) {
      await this.#touch(options);
      throw new Answered("PIN_NOT_SET");
    }
    const allowed = request.allowList ?? [];
    // A U2F key keeps nothing: without a key handle there is nothing to ask it for.
    if (request.options?.uv === true || request.pinUvAuthParam || allowed.length === 0) {
      throw new Answered("UNSUPPORTED_OPTION");
    }
    const wanted = { application: this.#hash(request.rpId), challenge: request.clientDataHash };
    const mine = await this.#findMine(allowed, wanted);
    if (mine === undefined) throw new Answered("NO_CREDENTIALS");
    const silent = request.options?.up === false;
    const signing = {
      ...wanted,
      keyHandle: mine.id,
      control: silent ? U2fControl.dontEnforcePresence : U2fControl.enforcePresence,
    };
    const sign = () => this.#client.authenticate(signing);
    const said = silent ? await sign() : await this.#untilTouched(sign, options);
    return encodeGetAssertionResponse({
      credential: { id: mine.id, type: "public-key" },
      authData: encodeAuthenticatorData({
        rpIdHash: wanted.application,
        userPresent: isU2fPresent(said),
        userVerified: false,
        backupEligible: false,
        backedUp: false,
        signCount: said.counter,
      }),
      signature: said.signature,
    });
  }

  /** The first entry that this key made for this application. */
  async #findMine(
    list: readonly CredentialDescriptor[],
    wanted: U2fRegistrationRequest,
  ): Promise<CredentialDescriptor | undefined> {
    for (const entry of list) {
      if (entry.type !== "public-key" || entry.id.length > KEY_HANDLE_BYTES_MAX) continue;
      if (await this.#client.check({ ...wanted, keyHandle: entry.id })) return entry;
    }
    return undefined;
  }

  /** Asks for a touch by registering a bogus application, because U2F has no command for a touch alone. */
  async #touch(options: TransactOptions): Promise<Uint8Array> {
    const bogus = { application: BOGUS_APPLICATION, challenge: BOGUS_CHALLENGE };
    await this.#untilTouched(() => this.#client.register(bogus), options);
    return new Uint8Array(0);
  }

  async #untilTouched<T>(ask: () => Promise<T>, { signal, onKeepalive }: TransactOptions): Promise<T> {
    for (let asked = 0; ; asked++) {
      try {
        return await ask();
      } catch (error) {
        const wantsTouch =
          error instanceof U2fError && error.statusWord === StatusWord.CONDITIONS_NOT_SATISFIED;
        if (!wantsTouch) throw error;
      }
      if (asked === 0) onKeepalive?.("up-needed");
      await sleep(this.#env.clock, this.#pollMs, "u2f.poll", { signal });
    }
  }

  #credential(wanted: U2fRegistrationRequest, made: U2fRegistration): Uint8Array {
    const publicKey = this.#publicKey(made);
    return encodeMakeCredentialResponse({
      fmt: "fido-u2f",
      attStmt: new Map<string, Uint8Array | Uint8Array[]>([
        ["sig", made.signature],
        ["x5c", [made.certificate]],
      ]),
      authData: encodeAuthenticatorData({
        rpIdHash: wanted.application,
        userPresent: true,
        userVerified: false,
        backupEligible: false,
        backedUp: false,
        signCount: 0,
        attested: {
          aaguid: NO_AAGUID,
          credentialId: made.keyHandle,
          publicKey,
          publicKeyCose: encodeCoseKey(publicKey),
        },
      }),
    });
  }

  #publicKey({ publicKey }: U2fRegistration): CoseKey {
    try {
      const point = this.#env.crypto.uncompressPoint(publicKey);
      const [x, y] = [point.slice(1, 1 + COORDINATE_BYTES), point.slice(1 + COORDINATE_BYTES)];
      return { alg: CoseAlgorithm.ES256, key: { kty: "EC", crv: "P-256", x, y } };
    } catch (cause) {
      if (!(cause instanceof PointError)) throw cause;
      throw unreadable("register", cause);
    }
  }

  #hash(rpId: string): Uint8Array {
    return this.#env.crypto.sha256(utf8(rpId));
  }

  /** @throws whatever is no answer of the key. */
  #statusOf(error: unknown, { signal }: TransactOptions): number {
    if (error instanceof Answered) return error.status;
    if (signal?.aborted && error === signal.reason) return CtapStatus.KEEPALIVE_CANCEL;
    if (error instanceof U2fError) return CtapStatus[STATUS_OF.get(error.statusWord) ?? "OTHER"];
    if (error instanceof MessageError) return error.status;
    throw error;
  }
}
