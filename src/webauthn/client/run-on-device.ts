import type { Env } from "../../core/env.js";
import type { CtapDevice } from "../../ctap/device.js";
import { openSession, type Ctap2Session } from "../../ctap/client/session.js";
import { runCeremony, type Ceremony } from "./ceremony.js";
import type { ClientContext } from "./client-context.js";
import { effectiveTimeoutMs } from "../profiles/client-profile.js";
import { SPEC_L3 } from "../profiles/client-profiles.js";

export interface DeviceCeremony<T> {
  readonly client: ClientContext;
  /** What the site asks for. */
  readonly timeoutMs: number | undefined;
  readonly work: (ceremony: Ceremony, session: Ctap2Session) => Promise<T>;
}

/** What create() and get() begin with: the client's timer, then a session on the authenticator within it. */
export function runOnDevice<T>(
  env: Env,
  device: CtapDevice,
  { client, timeoutMs, work }: DeviceCeremony<T>,
): Promise<T> {
  const budgetMs = effectiveTimeoutMs(client.profile ?? SPEC_L3, timeoutMs, {
    conditional: client.mediation === "conditional",
    virtualAuthenticator: client.virtualAuthenticator,
  });
  return runCeremony(env, { budgetMs, signal: client.signal }, async (ceremony) => {
    const session = await openSession(env, device, { signal: ceremony.signal });
    ceremony.signal.throwIfAborted();
    return work(ceremony, session);
  });
}
