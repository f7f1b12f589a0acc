import { describeRecord } from "../../core/events/describe.js";
import { seconds } from "../../core/seconds.js";
import type { TraceRecord } from "../../core/trace.js";

/** How much of the story a message carries; the highest number is left out first. */
export type Rank = 0 | 1 | 2 | 3;

/** A message between two actors, or a note over one. */
export interface Message {
  readonly record: TraceRecord;
  readonly from: string;
  /** Absent for a note. */
  readonly to?: string;
  /** An answer is drawn dashed. */
  readonly isAnswer: boolean;
  readonly text: string;
  readonly rank: Rank;
}

/** Names of the parties that a record does not say itself. */
interface Parties {
  readonly page: string;
  readonly authenticator: string;
  readonly site: string;
}

const USER = "user";

/** Turns every record that is told in reports into a message or a note. */
export function messagesOf(records: readonly TraceRecord[]): readonly Message[] {
  const partiesOf = partiesByCeremony(records);
  return records.flatMap((record) => {
    const text = describeRecord(record);
    if (text === undefined) return [];
    const message = drawn(record, partiesOf(record.ceremony));
    return [{ ...message, record, text: `${seconds(record.atMs)} ${message.text ?? text}` }];
  });
}

type Drawn = Pick<Message, "from" | "isAnswer" | "rank"> & Partial<Pick<Message, "to" | "text">>;

function drawn(record: TraceRecord, { page, authenticator, site }: Parties): Drawn {
  const { actor } = record;
  const ask = { isAnswer: false } as const;
  const answer = { isAnswer: true } as const;
  const note = (rank: Rank): Drawn => ({ from: actor, isAnswer: false, rank });
  switch (record.kind) {
    case "rp.request":
      return { ...ask, from: page, to: actor, text: record.call, rank: 0 };
    case "rp.response": {
      const code = record.code === undefined ? "" : ` ${record.code}`;
      return { ...answer, from: actor, to: page, text: `${record.status}${code} (${record.call})`, rank: 0 };
    }
    case "page.called":
      return { ...ask, from: page, to: actor, rank: 0 };
    case "page.settled":
      return { ...answer, from: actor, to: page, rank: 0 };
    case "ctap.request":
      return {
        ...ask,
        from: actor,
        to: authenticator,
        text: record.command,
        rank: isPreparation(record) ? 3 : 1,
      };
    case "ctap.response":
      return {
        ...answer,
        from: authenticator,
        to: actor,
        text: `${record.command}: ${record.status}`,
        rank: isPreparation(record) && record.status === "OK" ? 3 : 1,
      };
    case "ctap.cancel":
      return { ...ask, from: actor, to: authenticator, rank: 1 };
    case "user.prompted":
      return { ...ask, from: actor === USER ? authenticator : actor, to: USER, rank: 1 };
    case "user.answered":
      return { ...answer, from: USER, to: actor === USER ? authenticator : actor, rank: 1 };
    case "user.saw":
      return { ...ask, from: actor, to: USER, rank: 0 };
    case "rp.mail":
      return { ...ask, from: site, to: actor, rank: record.stage === "delivered" ? 1 : 2 };
    case "timer.fired":
    case "page.gave-up":
    case "ctap.credential":
    case "rp.row":
    case "fault.injected":
      return note(record.kind === "rp.row" && record.change === "visible" ? 3 : 0);
    case "link.opened":
    case "link.closed":
    case "link.resynchronised":
      return note(3);
    case "link.hybrid":
    case "rp.flag":
      return note(2);
    default:
      return note(1);
  }
}

/** Commands that come before what the ceremony is about. */
function isPreparation({ command }: { readonly command: string }): boolean {
  return command !== "makeCredential" && command !== "getAssertion";
}

/** Reads from the records of each ceremony who its page, authenticator and site are. */
function partiesByCeremony(records: readonly TraceRecord[]): (ceremony: string | undefined) => Parties {
  const found = new Map<string, { -readonly [Name in keyof Parties]?: Parties[Name] }>();
  for (const { ceremony = "", ...record } of records) {
    const own = found.get(ceremony) ?? {};
    found.set(ceremony, own);
    if (record.kind === "span.started" && record.name === "ceremony") own.page ??= record.actor;
    if (record.kind === "page.gave-up") own.page ??= record.actor;
    if (record.kind === "ctap.credential" || record.kind === "ctap.nothing-found")
      own.authenticator ??= record.actor;
    if (record.kind === "timer.armed" && record.timer.startsWith("key.")) own.authenticator ??= record.actor;
    if (record.kind === "rp.request" || record.kind === "rp.response") own.site ??= record.actor;
  }
  const assumed: Parties = { page: "page", authenticator: "authenticator", site: "site" };
  return (ceremony = "") => ({ ...assumed, ...found.get(ceremony) });
}
