import { toBase64url } from "../../src/core/bytes.js";
import type { Env } from "../../src/core/env.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import type { CtapDevice } from "../../src/ctap/device.js";
import { openSession } from "../../src/ctap/client/session.js";
import type { StoreSnapshot } from "../../src/sim/authenticator/store/credential-store.js";
import { LoopbackDevice } from "../../src/sim/loopback.js";
import { authenticate } from "../../src/webauthn/client/authenticate.js";
import type { ClientContext } from "../../src/webauthn/client/client-context.js";
import { register } from "../../src/webauthn/client/register.js";
import type { CreationOptionsInput, RequestOptionsInput } from "../../src/webauthn/json-input.js";
import {
  CHROME_FLOOR_3M,
  CLIENT_PROFILES,
  GECKO,
  SPEC_L3,
  WEBKIT,
} from "../../src/webauthn/profiles/client-profiles.js";
import { creationOptions, ORIGIN, requestOptions } from "../helpers/ceremony-options.js";
import { plainProfile, WatchedKey } from "./watched-key.js";
import type { Road } from "./worlds.js";

/** What the sites ask for: clients that would wait for hours by default do not. */
const TIMEOUT_MS = 60_000;
const PIN = "11223344";
const EMPTY: StoreSnapshot = { credentials: [], memory: {} };
const RESIDENT = { authenticatorSelection: { residentKey: "required" } } as const;
const PRF = { prf: { eval: { first: toBase64url(new Uint8Array(32)) } } };

/** A ceremony that goes well when nothing interferes. */
export interface Story {
  readonly name: string;
  readonly road: Road;
  /** What the authenticator holds beforehand. */
  readonly snapshot: StoreSnapshot;
  readonly run: (env: Env, device: CtapDevice, signal?: AbortSignal) => Promise<unknown>;
}

const accountOf = (name: string) => ({
  user: { id: toBase64url(new TextEncoder().encode(name)), name, displayName: name },
});

/** More ids than a key takes in one list: the client looks for them with probes. */
const unknownIds = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    type: "public-key",
    id: toBase64url(new Uint8Array(32).fill(index + 1)),
  }));

/** An authenticator that holds these accounts' passkeys, and a PIN where one is wanted. */
async function prepared(profile: string, accounts: readonly string[], pin?: string): Promise<StoreSnapshot> {
  const env = virtualEnv("prepared");
  const key = new WatchedKey(env, plainProfile(profile), EMPTY);
  const device = new LoopbackDevice(env, key.handle);
  if (pin !== undefined) {
    const session = await env.clock.run(openSession(env, device));
    await env.clock.run(session.setPin(pin));
  }
  for (const account of accounts) {
    const options = creationOptions({ ...RESIDENT, ...accountOf(account) });
    const client = { origin: ORIGIN, ...(pin !== undefined && { pin: async () => pin }) };
    await env.clock.run(register(env, device, options, client));
  }
  return key.store.snapshot();
}

interface Ceremony<Options> {
  readonly road: Road;
  readonly name: string;
  readonly snapshot: StoreSnapshot;
  readonly client: Omit<ClientContext, "origin">;
  readonly options?: Options;
}

function registration({ client, options, ...story }: Ceremony<Partial<CreationOptionsInput>>): Story {
  const asked = creationOptions({ ...RESIDENT, timeout: TIMEOUT_MS, ...options });
  return {
    ...story,
    run: (env, device, signal) => register(env, device, asked, { origin: ORIGIN, ...client, signal }),
  };
}

function login({ client, options, ...story }: Ceremony<Partial<RequestOptionsInput>>): Story {
  const asked = requestOptions({ timeout: TIMEOUT_MS, ...options });
  return {
    ...story,
    run: (env, device, signal) => authenticate(env, device, asked, { origin: ORIGIN, ...client, signal }),
  };
}

/** Registrations and logins in the browser of every client profile. */
export async function plainStories(): Promise<readonly Story[]> {
  const three = await prepared("generic", ["Ann", "Bob", "Cem"]);
  return Object.values(CLIENT_PROFILES).flatMap((profile) => [
    registration({ road: "usb", name: `register (${profile.id})`, snapshot: EMPTY, client: { profile } }),
    login({
      road: "usb",
      name: `pick one of three accounts (${profile.id})`,
      snapshot: three,
      client: { profile },
    }),
  ]);
}

/** Ceremonies of many exchanges: a PIN, probes for a long list, a secret for the page. */
export async function longStories(): Promise<readonly Story[]> {
  const snapshot = await prepared("generic", ["Ann"], PIN);
  const known = { type: "public-key", id: toBase64url(snapshot.credentials[0]?.id as Uint8Array) };
  const pin = async () => PIN;
  return [
    registration({
      road: "usb",
      name: "register with PIN, long list and prf",
      snapshot,
      client: { profile: GECKO, pin },
      options: {
        authenticatorSelection: { ...RESIDENT.authenticatorSelection, userVerification: "required" },
        excludeCredentials: unknownIds(12),
        extensions: PRF,
      },
    }),
    login({
      road: "usb",
      name: "log in with PIN, long list and prf",
      snapshot,
      client: { profile: WEBKIT, pin },
      options: {
        userVerification: "required",
        allowCredentials: [...unknownIds(12), known],
        extensions: PRF,
      },
    }),
  ];
}

/** A registration and a login with a phone that scans the code, and with one that is linked. */
export async function phoneStories(): Promise<readonly Story[]> {
  const snapshot = await prepared("phone", ["Ann"]);
  return (["qr", "linked"] as const).flatMap((road) => [
    registration({ road, name: "register", snapshot: EMPTY, client: { profile: SPEC_L3 } }),
    login({ road, name: "log in", snapshot, client: { profile: CHROME_FLOOR_3M } }),
  ]);
}
