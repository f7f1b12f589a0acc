import type { CryptoProvider } from "../../src/core/crypto-provider.js";
import { envFor, type VirtualEnv } from "../../src/core/env.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { defaultCrypto } from "../../src/crypto/default.js";
import type { CtapHandler } from "../../src/ctap/device.js";
import {
  startQrInitiated,
  type QrInitiatedTransaction,
  type QrInitiatedOptions,
} from "../../src/hybrid/qr-initiated.js";
import type { AdvertScanner, TunnelDialer } from "../../src/hybrid/ports.js";
import { SimAir, type AirOptions } from "../../src/sim/hybrid/air.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { SimChannels } from "../../src/sim/hybrid/channels.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { SimPhone } from "../../src/sim/phone/phone.js";
import type { PhoneOptions } from "../../src/sim/phone/phone-options.js";
import type { PhoneOutcome } from "../../src/sim/phone/phone-outcome.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { SimTunnelService, type TunnelServiceOptions } from "../../src/sim/hybrid/tunnel-service.js";
import { simulatedUser, type UserBehaviour } from "../../src/sim/user.js";

export interface HybridBenchOptions {
  /** What all parties compute with; the default otherwise. */
  readonly crypto?: CryptoProvider;
  readonly seed?: string;
  readonly air?: Partial<AirOptions>;
  readonly service?: TunnelServiceOptions;
  readonly phone?: Partial<PhoneOptions>;
  readonly behaviour?: UserBehaviour;
  /** Instead of an authenticator. */
  readonly handle?: CtapHandler;
  readonly channels?: boolean;
  readonly scanner?: (scanner: AdvertScanner) => AdvertScanner;
  readonly dialer?: (dialer: TunnelDialer) => TunnelDialer;
}

/** A computer, a phone, a radio and a tunnel service in virtual time. */
export class HybridBench {
  readonly env: VirtualEnv;
  /** One for all invitations: another would draw the same keys again. */
  readonly client: VirtualEnv;
  readonly air: SimAir;
  readonly service: SimTunnelService;
  readonly store = new CredentialStore();
  readonly channels: SimChannels;
  readonly handle: CtapHandler;
  readonly phone: SimPhone;
  readonly sessions: Promise<PhoneOutcome>[] = [];
  readonly #options: HybridBenchOptions;
  #authenticators = 0;

  constructor(options: HybridBenchOptions = {}) {
    this.#options = options;
    this.env = { ...virtualEnv(options.seed ?? "hybrid"), crypto: options.crypto ?? defaultCrypto };
    this.client = envFor(this.env, "client");
    this.air = new SimAir(envFor(this.env, "air"), options.air);
    this.service = new SimTunnelService(envFor(this.env, "service"), options.service);
    this.channels = new SimChannels(envFor(this.env, "channels"));
    this.handle = options.handle ?? this.authenticatorWith(this.store);
    this.phone = this.anotherPhone("phone", options.phone);
  }

  /** The authenticator of a phone, over a store of its own. */
  authenticatorWith(store: CredentialStore): CtapHandler {
    const profile = profileNamed("phone");
    const nr = ++this.#authenticators;
    return new SimAuthenticator(envFor(this.env, `key ${nr}`), {
      profile: { ...profile, timeouts: { ...profile.timeouts, upTimeoutMs: 600_000 } },
      store,
      user: simulatedUser(envFor(this.env, `person ${nr}`), this.#options.behaviour),
    }).handle;
  }

  anotherPhone(name: string, options: Partial<PhoneOptions> = {}): SimPhone {
    const parts = {
      advertiser: this.air,
      dialer: this.service,
      handle: this.handle,
      push: this.service.relay,
      onCalled: (session: Promise<PhoneOutcome>) => void this.sessions.push(session),
      ...(this.#options.channels && { channels: this.channels }),
    };
    return new SimPhone(envFor(this.env, name), parts, options);
  }

  get ports() {
    const { scanner, dialer, channels } = this.#options;
    return {
      scanner: scanner?.(this.air) ?? this.air,
      dialer: dialer?.(this.service) ?? this.service,
      ...(channels && { channels: this.channels }),
    };
  }

  invite(options: QrInitiatedOptions = {}): QrInitiatedTransaction {
    return startQrInitiated(this.client, this.ports, options);
  }

  /** The phone scans; how it ended is kept in `sessions`. */
  scan(qr: string, phone = this.phone): Promise<PhoneOutcome> {
    const session = phone.scan(qr);
    this.sessions.push(session);
    return session;
  }

  run<T>(work: Promise<T>): Promise<T> {
    return this.env.clock.run(work);
  }

  /** `link.hybrid` stages of an actor, in order. */
  stages(actor = "client"): string[] {
    return this.env.records.flatMap((record) =>
      record.kind === "link.hybrid" && record.actor === actor ? [record.stage] : [],
    );
  }

  traced(kind: string): readonly object[] {
    return this.env.records.filter((record) => record.kind === kind);
  }
}
