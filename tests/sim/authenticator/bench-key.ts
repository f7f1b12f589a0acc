import { toHex, utf8 } from "../../../src/core/bytes.js";
import { envFor, type VirtualEnv } from "../../../src/core/env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import type { TransactOptions } from "../../../src/ctap/device.js";
import {
  encodeGetAssertionRequest,
  parseGetAssertionResponse,
  type GetAssertionRequest,
  type GetAssertionResponse,
} from "../../../src/ctap/messages/get-assertion.js";
import {
  encodeMakeCredentialRequest,
  parseMakeCredentialResponse,
  type MakeCredentialRequest,
  type MakeCredentialResponse,
} from "../../../src/ctap/messages/make-credential.js";
import { openSession, type Ctap2Session } from "../../../src/ctap/client/session.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { SimAuthenticator } from "../../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../../src/sim/authenticator/store/credential-store.js";
import { LoopbackDevice } from "../../../src/sim/loopback.js";
import type { AuthenticatorProfile } from "../../../src/sim/profiles/profile.js";
import { GENERIC_PROFILE } from "../../../src/sim/profiles/profiles.js";
import { simulatedUser, type SimUser, type UserBehaviour } from "../../../src/sim/user.js";

export const RP_ID = "example.com";
export const CLIENT_DATA_HASH = defaultCrypto.sha256(utf8("client data"));
export const PIN = "31415926";

/** A good makeCredential, with what a test wants different. */
export function creation(override: Partial<MakeCredentialRequest> = {}): MakeCredentialRequest {
  return {
    clientDataHash: CLIENT_DATA_HASH,
    rp: { id: RP_ID, name: "Example" },
    user: { id: utf8("user-1"), name: "ada", displayName: "Ada" },
    pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    ...override,
  };
}

/** A good getAssertion, with what a test wants different. */
export function assertion(override: Partial<GetAssertionRequest> = {}): GetAssertionRequest {
  return { rpId: RP_ID, clientDataHash: CLIENT_DATA_HASH, ...override };
}

export interface BenchOptions {
  readonly seed?: string;
  readonly profile?: Partial<AuthenticatorProfile>;
  readonly behaviour?: UserBehaviour;
  readonly user?: (env: VirtualEnv) => SimUser;
  readonly store?: CredentialStore;
}

/** One key on a bench in virtual time, and a session with it. */
export class BenchKey {
  readonly env: VirtualEnv;
  readonly key: SimAuthenticator;

  constructor(options: BenchOptions = {}) {
    this.env = virtualEnv(options.seed ?? "bench");
    const user = envFor(this.env, "user");
    this.key = new SimAuthenticator(envFor(this.env, "key"), {
      profile: { ...GENERIC_PROFILE, ...options.profile },
      store: options.store ?? new CredentialStore(),
      user: options.user?.(user) ?? simulatedUser(user, options.behaviour),
    });
  }

  /** The whole answer, status byte first. */
  send(request: Uint8Array, options?: TransactOptions): Promise<Uint8Array> {
    return this.env.clock.run(this.key.handle(request, options));
  }

  async status(request: Uint8Array, options?: TransactOptions): Promise<number | undefined> {
    return (await this.send(request, options))[0];
  }

  make(override: Partial<MakeCredentialRequest> = {}): Promise<number | undefined> {
    return this.status(encodeMakeCredentialRequest(creation(override)));
  }

  async made(override: Partial<MakeCredentialRequest> = {}): Promise<MakeCredentialResponse> {
    return parseMakeCredentialResponse(
      bodyOf(await this.send(encodeMakeCredentialRequest(creation(override)))),
    );
  }

  get(override: Partial<GetAssertionRequest> = {}): Promise<number | undefined> {
    return this.status(encodeGetAssertionRequest(assertion(override)));
  }

  async got(override: Partial<GetAssertionRequest> = {}): Promise<GetAssertionResponse> {
    return parseGetAssertionResponse(bodyOf(await this.send(encodeGetAssertionRequest(assertion(override)))));
  }

  /** A client's session; its answers still need {@link run}. */
  session(): Promise<Ctap2Session> {
    const env = envFor(this.env, "client");
    return this.run(openSession(env, new LoopbackDevice(env, this.key.handle)));
  }

  run<T>(work: Promise<T>): Promise<T> {
    return this.env.clock.run(work);
  }

  /** Sets {@link PIN}. */
  async setPin(): Promise<this> {
    const session = await this.session();
    await this.run(session.setPin(PIN));
    return this;
  }

  /** pinUvAuthParam and its protocol, for a token that was earned with {@link PIN} a moment ago. */
  async token(
    permissions: number,
    { rpId = RP_ID, bound = true }: { readonly rpId?: string; readonly bound?: boolean } = {},
  ): Promise<{ readonly pinUvAuthParam: Uint8Array; readonly pinUvAuthProtocol: number }> {
    const session = await this.session();
    const token = await this.run(session.pinUvAuthToken({ pin: PIN, permissions, ...(bound && { rpId }) }));
    return {
      pinUvAuthParam: token.authenticate(CLIENT_DATA_HASH),
      pinUvAuthProtocol: token.protocol,
    };
  }

  /** Kinds of trace lines, in order. */
  traced(kind: string): readonly object[] {
    return this.env.records.filter((record) => record.kind === kind);
  }
}

export function bodyOf(response: Uint8Array): Uint8Array {
  if (response[0] !== 0) throw new Error(`status 0x${toHex(response)} where 0 was expected`);
  return response.subarray(1);
}
