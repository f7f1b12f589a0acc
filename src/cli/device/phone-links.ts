import { type PhoneLinks, PushLine, type PhoneOutcome, type Env } from "../../entry/sim.js";
import { type Invocation, type OptionTable, UsageError } from "../command.js";
import { openPhoneLinks, type PhoneLinksFile } from "../files/phone-links-file.js";
import { numberOption, textOption } from "../options.js";
import { dialerFrom } from "./hybrid-ports.js";

export const PHONE_LINK_OPTIONS = {
  clients: { type: "string" },
  calls: { type: "string" },
} as const satisfies OptionTable;

export const PHONE_LINK_HELP = `  --clients FILE       offer links to clients that can keep one, and remember them in this file; secret. Goes with
                       --tunnel, a passkey-harness tunnel, through which they call. Without --qr: wait for their calls
  --calls N            end after N calls; until a signal otherwise`;

const CALLS_MAX = 1_000_000;

/** What makes a phone one that linked clients can call. */
export interface CallablePhone extends AsyncDisposable {
  readonly deps: {
    readonly push: PushLine;
    readonly links: PhoneLinks;
    readonly onLinks: (links: PhoneLinks) => void;
    readonly onCalled: (session: Promise<PhoneOutcome>) => void;
  };
  /** Waits until the relay was asked for the line of every client. */
  listening(): Promise<void>;
  /** How each call ended, as they come: ends after as many as were asked for, or when the signal aborts. */
  calls(signal: AbortSignal): AsyncGenerator<PhoneOutcome, void, undefined>;
}

/**
 * Opens the phone's memory of its clients; `undefined` where the command line names none.
 *
 * @throws {UsageError} USAGE without a relay of one's own: others have no such line to a phone. @throws {FileError}
 */
export async function callablePhoneFrom(
  invocation: Invocation,
  env: Env,
): Promise<CallablePhone | undefined> {
  const path = textOption(invocation, "clients");
  const callsMax = numberOption(invocation, "calls", { min: 1, max: CALLS_MAX }) ?? Infinity;
  if (path === undefined) {
    if (callsMax === Infinity) return undefined;
    throw new UsageError("USAGE", "--calls goes with --clients FILE");
  }
  const origin = textOption(invocation, "tunnel")?.replace(/\/$/, "");
  if (origin === undefined) {
    throw new UsageError("USAGE", "--clients goes with --tunnel ORIGIN", {
      hint: "linked clients call through a relay that wakes this phone: passkey-harness tunnel does, public services wake real phones only",
    });
  }
  const file: PhoneLinksFile = await openPhoneLinks(path);
  const push = new PushLine(env, { dialer: dialerFrom(invocation), origin });
  const sessions: Promise<PhoneOutcome>[] = [];
  let arrived = () => {};
  return {
    deps: {
      push,
      links: file.links,
      onLinks: (links) => file.save(links),
      onCalled(session) {
        sessions.push(session);
        arrived();
      },
    },
    listening: () => push.listening(),
    async *calls(signal) {
      for (let count = 0; count < callsMax; count++) {
        while (sessions.length === 0 && !signal.aborted) {
          await new Promise<void>((resolve) => {
            arrived = resolve;
            signal.addEventListener("abort", () => resolve(), { once: true });
          });
        }
        const session = sessions.shift();
        if (session === undefined) return;
        yield await session;
      }
    },
    async [Symbol.asyncDispose]() {
      await push[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  };
}
