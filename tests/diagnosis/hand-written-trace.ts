import { RUN_SPAN, type TraceEvent, type TraceRecord } from "../../src/core/trace.js";

type OptionalId<Event> = Event extends { readonly id: string }
  ? Omit<Event, "id"> & { readonly id?: string }
  : Event;

/** An event as tests write it: what they leave out of the frame is filled in. */
export type HandWritten = OptionalId<TraceEvent> & {
  /** `c1` when absent, none for `null`. */
  readonly ceremony?: string | null;
  /** One span a ceremony when absent. */
  readonly span?: string;
};

/**
 * One record; written by hand so that explanations are tested against traces no code of ours produced.
 *
 * A timer goes by its owner, name and ceremony where the test gives it no id.
 */
export function at(atMs: number, actor: string, event: HandWritten): TraceRecord {
  const { ceremony = "c1", span = ceremony ?? RUN_SPAN, ...rest } = event;
  const frame = { atMs, actor, span, ...(ceremony !== null && { ceremony }) };
  const id = "timer" in rest && { id: rest.id ?? [ceremony, actor, rest.timer].join(" ") };
  return { ...frame, ...rest, ...id } as TraceRecord;
}

const CREDENTIAL = "aaaaaaaa";

/** A registration without trouble. */
export const REGISTRATION: readonly TraceRecord[] = [
  at(0, "site", { kind: "rp.request", call: "registration/options", ceremony: "c1" }),
  at(100, "site", { kind: "rp.response", call: "registration/options", ceremony: "c1", status: 200 }),
  at(200, "browser", {
    kind: "page.called",
    method: "create",
    timeoutMs: 60_000,
    effectiveMs: 180_000,
    ceremony: "c1",
  }),
  at(200, "page", { kind: "user.saw", where: "page", text: "Please confirm on your device." }),
  at(200, "browser", { kind: "timer.armed", timer: "client.ceremony", budgetMs: 180_000 }),
  at(200, "link", { kind: "link.opened", link: "key" }),
  at(200, "browser", { kind: "ctap.request", command: "makeCredential", bytes: 200 }),
  at(200, "key", { kind: "timer.armed", timer: "key.up", budgetMs: 30_000 }),
  at(2_000, "user", { kind: "user.answered", prompt: "touch make-credential", answer: "approved" }),
  at(2_000, "key", { kind: "timer.disarmed", timer: "key.up", budgetMs: 30_000 }),
  at(2_000, "key", {
    kind: "ctap.credential",
    change: "created",
    credential: CREDENTIAL,
    rpId: "shop.example",
    user: "u",
  }),
  at(2_000, "browser", { kind: "ctap.response", command: "makeCredential", status: "OK", bytes: 300 }),
  at(2_000, "browser", { kind: "timer.disarmed", timer: "client.ceremony", budgetMs: 180_000 }),
  at(2_000, "browser", { kind: "page.settled", method: "create", outcome: "resolved", ceremony: "c1" }),
  at(2_100, "site", { kind: "rp.request", call: "registration/finish", ceremony: "c1" }),
  at(2_400, "site", { kind: "rp.row", credential: CREDENTIAL, change: "created", ceremony: "c1" }),
  at(2_400, "site", { kind: "rp.row", credential: CREDENTIAL, change: "visible", ceremony: "c1" }),
  at(2_400, "mail", { kind: "rp.mail", subject: "created", stage: "queued" }),
  at(2_400, "site", { kind: "rp.response", call: "registration/finish", ceremony: "c1", status: 200 }),
  at(9_000, "mail", { kind: "rp.mail", subject: "created", stage: "delivered" }),
];

/** The same with the page's guard fired at `firedAtMs`, in its place in time. */
export function withGuard(records: readonly TraceRecord[], firedAtMs: number): readonly TraceRecord[] {
  const guard = [
    at(0, "page", { kind: "timer.armed", timer: "page.guard", budgetMs: firedAtMs }),
    at(firedAtMs, "page", { kind: "timer.fired", timer: "page.guard", budgetMs: firedAtMs }),
    at(firedAtMs, "page", { kind: "page.gave-up", method: "create", aborted: false, ceremony: "c1" }),
  ];
  return [...guard.slice(0, 1), ...records, ...guard.slice(1)].sort((a, b) => a.atMs - b.atMs);
}
