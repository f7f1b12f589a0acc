import { inSpan, type Env } from "../../core/env.js";
import type { CtapDevice } from "../../ctap/device.js";
import { turnsOf } from "../../ctap/client/device-turns.js";
import { openSession, type Ctap2Session } from "../../ctap/client/session.js";
import { runCeremony, type CliCeremony } from "./ceremony.js";
import type { ClientContext } from "./client-context.js";
import { effectiveTimeoutMs } from "../profiles/client-profile.js";
import { SPEC_L3 } from "../profiles/client-profiles.js";

export interface DeviceCeremony<T> {
  readonly client: ClientContext;
  /** What the site asks for. */
  readonly timeoutMs: number | undefined;
  readonly work: (ceremony: CliCeremony, session: Ctap2Session) => Promise<T>;
}

/**
 * Opens a ceremony's span for a caller whose environment belongs to no ceremony; runs `work` in the caller's otherwise.
 *
 * @param label what the ceremony is: a registration or a login.
 */
export function inCeremony<T>(
  env: Env,
  label: "registration" | "login",
  work: (env: Env) => Promise<T>,
): Promise<T> {
  return env.trace.context.ceremony === undefined
    ? inSpan(env, { name: "ceremony", label }, work)
    : work(env);
}

/**
 * Begins create() and get(): the client's timer, then a session on the authenticator within it.
 *
 * Ceremonies on one device object take turns, each from its session to the page's answer: a token is worthless once
 * another one is issued, and what getNextAssertion goes on with once another request has come. The client's timer runs
 * while a ceremony waits for its turn.
 */
export async function runOnDevice<T>(
  env: Env,
  device: CtapDevice,
  { client, timeoutMs, work }: DeviceCeremony<T>,
): Promise<T> {
  const budgetMs = effectiveTimeoutMs(client.profile ?? SPEC_L3, timeoutMs, {
    conditional: client.mediation === "conditional",
    virtualAuthenticator: client.virtualAuthenticator,
  });
  let endTurn = () => {};
  const options = { budgetMs, signal: client.signal, onDropped: () => endTurn() };
  try {
    return await runCeremony(env, options, (ceremony) =>
      turnsOf(device).ceremonies.run(async (end) => {
        endTurn = end;
        const session = await openSession(env, device, { signal: ceremony.signal });
        ceremony.follow(session);
        ceremony.signal.throwIfAborted();
        return work(ceremony, session);
      }, ceremony.signal),
    );
  } finally {
    // The page has its answer. What the authenticator still does about an abandoned command keeps only that command's turn.
    endTurn();
  }
}
