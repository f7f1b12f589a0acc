import type { CreationOptionsInput, RequestOptionsInput } from "../webauthn/json-input.js";
import type { WordPattern } from "./shows.js";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "../webauthn/json.js";

/**
 * What a document and the harness say to each other: one function on the document's side, which takes a message and
 * returns a promise of the answer. Plain JSON both ways. Times are milliseconds since the harness began.
 */
export type PageBinding = (message: PageMessage | HttpMessage) => Promise<PageReply>;

/** One call of a script's to its site, told by the document where no driver sees it. */
export type HttpMessage = {
  readonly do: "http";
  readonly document: string;
  /** Number of the call in its document. */
  readonly call: number;
} & (
  | { readonly step: "started"; readonly method: string; readonly url: string; readonly body: string }
  | { readonly step: "ended"; readonly status?: number; readonly body: string }
);

/** Settings of the injected script. */
export interface PageSettings {
  /** Name of the global function that is the binding; the script takes it away from the page. */
  readonly binding: string;
  /** Whether the harness leads the document's timers, or they run in real time and are only observed. */
  readonly time: "virtual" | "real";
  /** Whether the document tells of its scripts' calls to their site, because no driver sees them; not when absent. */
  readonly tellsHttp?: boolean;
  /** Milliseconds since the Unix epoch at which the harness began. */
  readonly beganAtEpochMs: number;
  /** Texts that tell the user of a failure, or of a success. */
  readonly shows: { readonly failure: WordPattern; readonly success: WordPattern };
}

export interface DocumentFacts {
  readonly origin: string;
  /** Origin of the top document, where it is another one. */
  readonly topOrigin?: string;
  /** Whether the permissions policy lets the document ask for passkeys. */
  readonly isAllowed: boolean;
  readonly hasFocus: boolean;
  /** From the user's last click or key in the document, in milliseconds; `null`: none yet; absent: not known. */
  readonly sinceClickMs?: number | null;
}

/** A call of `navigator.credentials`, its options as JSON. */
export type CredentialCall = { readonly mediation?: string } & (
  | { readonly method: "create"; readonly options: CreationOptionsInput }
  | { readonly method: "get"; readonly options: RequestOptionsInput }
);

/** Which part of the Signal API a script called. @see WebAuthn Level 3 §5.1.10 */
export type SignalName =
  "signalUnknownCredential" | "signalAllAcceptedCredentials" | "signalCurrentUserDetails";

/** One timer of a script, whose handler runs once. */
export interface OneShot {
  readonly armedAtMs: number;
  readonly dueMs: number;
}

/** What a document has to say about its time. */
export interface TurnReport {
  readonly nowMs: number;
  /** When its next timer is due; absent where none is armed. */
  readonly nextDueMs?: number;
  /** Timers of scripts that run once, the earliest first. */
  readonly oneShots: readonly OneShot[];
  /** Calls of its scripts that wait for the network. */
  readonly openCalls: number;
  /** Grows with everything the document does. */
  readonly activity: number;
}

export type TimerStep = "armed" | "disarmed" | "fired";

export type PageMessage = { readonly document: string } & (
  | { readonly do: "hello"; readonly isSecure: boolean; readonly facts: DocumentFacts }
  | {
      readonly do: "call";
      readonly request: number;
      readonly atMs: number;
      readonly call: CredentialCall;
      readonly facts: DocumentFacts;
    }
  | { readonly do: "abort"; readonly request: number; readonly atMs: number }
  | { readonly do: "ask"; readonly about: "capabilities" | "platform-authenticator" }
  | { readonly do: "signal"; readonly signal: SignalName; readonly rpId: string; readonly origin: string }
  | { readonly do: "focus"; readonly hasFocus: boolean }
  | { readonly do: "input"; readonly atMs: number }
  | { readonly do: "saw"; readonly atMs: number; readonly tone: "failure" | "success"; readonly text: string }
  | {
      readonly do: "timer";
      readonly atMs: number;
      readonly id: number;
      readonly step: TimerStep;
      readonly delayMs: number;
    }
  | { readonly do: "turn"; readonly report: TurnReport }
  | { readonly do: "leave" }
);

/** What a document is told to do with its turn: say how it stands, or let time pass. */
export type TurnCommand =
  | { readonly do: "report" }
  | { readonly do: "pass"; readonly toMs: number }
  | { readonly do: "run"; readonly toMs: number };

/** Why a promise of the page rejects. */
export interface PageFault {
  readonly name: string;
  readonly message: string;
}

export type PageReply =
  /** `atMs`: the harness's time, which is the document's from then on. */
  | { readonly credential: RegistrationResponseJSON | AuthenticationResponseJSON; readonly atMs: number }
  | { readonly fault: PageFault; readonly atMs: number }
  | { readonly value: boolean | Readonly<Record<string, boolean>> }
  | { readonly turn: TurnCommand }
  | { readonly nowMs: number };
