import type { TraceRecord } from "../../core/trace.js";
import { Ledger } from "../ledger.js";
import { foldLedger } from "./fold-ledger.js";

export interface Moment {
  readonly atMs: number;
}

/** One budget from arming to its end. */
export interface TimerUse {
  readonly timer: string;
  readonly owner: string;
  readonly budgetMs: number;
  readonly armedAtMs: number;
  readonly ceremony?: string;
  endedAtMs?: number;
  end: "fired" | "disarmed" | "pending";
}

/** One CTAP command and what came of it. */
export interface Exchange {
  readonly command: string;
  readonly askedAtMs: number;
  answeredAtMs?: number;
  status?: string;
  /** It came when nobody was left to take it. */
  discarded?: boolean;
}

export interface SiteCall {
  readonly askedAtMs: number;
  answeredAtMs?: number;
  status?: number;
  code?: string;
  /** Tags of the credentials that options offered. */
  offered?: readonly string[];
  /** Every transport they were offered with. */
  transports?: readonly string[];
}

/** A key as an authenticator's store tells of it. */
export interface KeyFact extends Moment {
  readonly credential: string;
  readonly authenticator: string;
}

/** How far a link got, and by whose account. */
export interface LinkStage extends Moment {
  readonly stage: string;
  readonly actor: string;
  readonly detail?: string;
  /** Tag of the QR code it is about. */
  readonly code?: string;
}

/** Everything the trace says of one ceremony, from the options call to whatever came late. */
export interface Ceremony {
  readonly id: string;
  readonly kind: "registration" | "login";
  readonly beganAtMs: number;
  options?: SiteCall;
  called?: Moment & { readonly effectiveMs: number };
  settled?: Moment & { readonly resolved: boolean; readonly name?: string };
  gaveUp?: Moment & { readonly aborted: boolean };
  readonly exchanges: Exchange[];
  readonly finishes: SiteCall[];
  /** Calls that wait for another screen. */
  readonly polls: SiteCall[];
  readonly gestures: (Moment & { readonly answer: string })[];
  readonly keysCreated: KeyFact[];
  /** Keys that came from another authenticator, as copies. */
  readonly keysCopied: KeyFact[];
  /** Keys that made room for those created. */
  readonly keysOverwritten: KeyFact[];
  readonly keysUsed: KeyFact[];
  /** Stages of a phone's link, and its loss. */
  readonly linkStages: LinkStage[];
  /** The page's script broke down. */
  threw?: Moment;
  /** A call to the site got no answer, and the page did not repeat it. */
  callFailed?: Moment;
  readonly timers: TimerUse[];
  /** First text that told the person of a failure, and of a success. */
  failureSeen?: Moment & { readonly text: string };
  successSeen?: Moment;
}

export interface RowFact {
  readonly credential: string;
  readonly ceremony: string | undefined;
  readonly createdAtMs: number;
  visibleAtMs?: number;
  deletedAtMs?: number;
  /** Ceremony in which it was deleted. */
  deletedBy?: string;
}

/** A trace, sorted into ceremonies. Layers say which kinds of probes it holds at all. */
export interface TraceFacts {
  readonly ceremonies: readonly Ceremony[];
  readonly timers: readonly TimerUse[];
  readonly rows: readonly RowFact[];
  readonly mails: readonly (Moment & { readonly subject: string; readonly stage: string })[];
  readonly flags: readonly (Moment & { readonly flag: string; readonly value: boolean })[];
  readonly layers: ReadonlySet<string>;
  readonly ledger: Ledger;
  /** The trace itself, for what only one mechanism looks at. */
  readonly records: readonly TraceRecord[];
}

/** Sorts a trace into facts. Pure; works on stored traces of real devices as well. */
export function gatherFacts(records: readonly TraceRecord[]): TraceFacts {
  const gatherer = new Gatherer();
  for (const record of records) gatherer.take(record);
  markLateAnswers(gatherer.ceremonies);
  return {
    ceremonies: gatherer.ceremonies,
    timers: gatherer.timers,
    rows: gatherer.rows,
    mails: gatherer.mails,
    flags: gatherer.flags,
    layers: new Set(records.map(({ kind }) => kind.split(".")[0] as string)),
    ledger: foldLedger(records),
    records,
  };
}

/** Whoever recorded an answer at the device alone could not know that nobody waited for it any more. */
function markLateAnswers(ceremonies: readonly Ceremony[]): void {
  for (const { settled, exchanges } of ceremonies) {
    for (const exchange of exchanges) {
      if (settled && (exchange.answeredAtMs ?? 0) > settled.atMs) exchange.discarded = true;
    }
  }
}

type StageRecord = Pick<LinkStage, "atMs" | "actor" | "stage"> & {
  readonly detail?: string | undefined;
  readonly code?: string | undefined;
};

class Gatherer {
  readonly ceremonies: Ceremony[] = [];
  readonly timers: TimerUse[] = [];
  readonly rows: RowFact[] = [];
  readonly mails: (Moment & { subject: string; stage: string })[] = [];
  readonly flags: (Moment & { flag: string; value: boolean })[] = [];
  readonly #early: TimerUse[] = [];

  take(record: TraceRecord): void {
    switch (record.kind) {
      case "rp.request":
      case "rp.response":
        return this.#siteCall(record);
      case "page.called":
      case "page.settled":
      case "page.gave-up":
        return this.#page(record);
      case "ctap.request":
      case "ctap.response":
      case "ctap.discarded":
        return this.#exchange(record);
      case "timer.armed":
      case "timer.disarmed":
      case "timer.fired":
        return this.#timer(record);
      case "rp.row":
        return this.#row(record);
      case "rp.mail":
        return void this.mails.push({ atMs: record.atMs, subject: record.subject, stage: record.stage });
      case "rp.flag":
        return void this.flags.push({ atMs: record.atMs, flag: record.flag, value: record.value });
      case "ctap.credential":
        return this.#key(record);
      case "link.hybrid":
        return this.#stage(record);
      case "link.lost":
        return this.#stage({ ...record, stage: "lost", detail: record.reason });
      case "page.threw":
      case "page.call-failed":
        return this.#broke(record);
      default:
        return this.#person(record);
    }
  }

  /** What has no ceremony's name on it belongs to the one that began last. */
  get #current(): Ceremony | undefined {
    return this.ceremonies.at(-1);
  }

  #named(id: string | undefined, kind: Ceremony["kind"], atMs: number): Ceremony {
    const known = this.ceremonies.find((ceremony) => ceremony.id === id);
    if (known) return known;
    const ceremony: Ceremony = {
      id: id ?? `#${this.ceremonies.length + 1}`,
      kind,
      beganAtMs: atMs,
      exchanges: [],
      finishes: [],
      polls: [],
      gestures: [],
      keysCreated: [],
      keysCopied: [],
      keysOverwritten: [],
      keysUsed: [],
      linkStages: [],
      timers: this.#early.splice(0),
    };
    this.ceremonies.push(ceremony);
    return ceremony;
  }

  #siteCall(record: TraceRecord & { kind: "rp.request" | "rp.response" }): void {
    const [kind, step] = record.call.split("/");
    if (kind !== "registration" && kind !== "login") return;
    const ceremony = this.#named(record.ceremony, kind, record.atMs);
    if (record.kind === "rp.request") {
      const call: SiteCall = { askedAtMs: record.atMs };
      if (step === "options") ceremony.options = call;
      if (step === "finish") {
        ceremony.finishes.push(call);
        delete ceremony.callFailed;
      }
      if (step === "poll") ceremony.polls.push(call);
      return;
    }
    const open = (calls: readonly SiteCall[]) => calls.find(({ status }) => !status);
    const call =
      step === "options" ? ceremony.options : open(step === "poll" ? ceremony.polls : ceremony.finishes);
    if (step !== "options" && step !== "finish" && step !== "poll") return;
    if (call === undefined) return;
    call.answeredAtMs = record.atMs;
    call.status = record.status;
    if (record.code !== undefined) call.code = record.code;
    if (record.credentials !== undefined) call.offered = record.credentials.split(",").filter(Boolean);
    if (record.transports !== undefined) call.transports = record.transports.split(",");
  }

  #page(record: TraceRecord & { kind: "page.called" | "page.settled" | "page.gave-up" }): void {
    const { atMs } = record;
    const kind = record.method === "create" ? "registration" : "login";
    if (record.kind === "page.called") {
      const ceremony = this.#named(record.ceremony, kind, atMs);
      ceremony.called = { atMs, effectiveMs: record.effectiveMs };
      return;
    }
    const ceremony = record.ceremony === undefined ? this.#current : this.#named(record.ceremony, kind, atMs);
    if (ceremony === undefined) return;
    if (record.kind === "page.gave-up") ceremony.gaveUp = { atMs, aborted: record.aborted };
    else {
      const resolved = record.outcome === "resolved";
      ceremony.settled = { atMs, resolved, ...(record.name !== undefined && { name: record.name }) };
    }
  }

  #exchange(record: TraceRecord & { kind: "ctap.request" | "ctap.response" | "ctap.discarded" }): void {
    if (record.kind === "ctap.request") {
      this.#current?.exchanges.push({ command: record.command, askedAtMs: record.atMs });
      return;
    }
    // An answer may come after the next ceremony began: it belongs to whoever asked.
    const askedIn = (ceremonies: readonly Ceremony[]) =>
      ceremonies.flatMap(({ exchanges }) => exchanges).filter(({ command }) => command === record.command);
    const asked = askedIn(this.ceremonies);
    const discarded = record.kind === "ctap.discarded";
    // A device's answer may be read off the wire first and discarded by whoever asked afterwards.
    // One that was taken was waited for; what an ended ceremony had asked may never be answered at all.
    const awaited = discarded ? [] : askedIn(this.ceremonies.filter(({ settled }) => settled === undefined));
    const open =
      awaited.find(({ status }) => status === undefined) ??
      asked.find(({ status }) => status === undefined) ??
      (discarded ? asked.at(-1) : undefined);
    if (open === undefined) return;
    open.answeredAtMs = record.atMs;
    open.status = record.status;
    open.discarded = discarded;
  }

  #timer(record: TraceRecord & { kind: `timer.${string}` }): void {
    const { timer, budgetMs, actor, atMs, ceremony } = record;
    if (record.kind === "timer.armed") {
      const use: TimerUse = {
        timer,
        owner: actor,
        budgetMs,
        armedAtMs: atMs,
        end: "pending",
        ...(ceremony !== undefined && { ceremony }),
      };
      this.timers.push(use);
      this.#belongsTo(use);
      return;
    }
    const open = this.timers.filter(
      (use) =>
        use.timer === timer && use.owner === actor && use.ceremony === ceremony && use.end === "pending",
    );
    // Of two that run at once, the one that is due fires; otherwise the one armed last ends first.
    const overdueMs = (use: TimerUse) => Math.abs(atMs - use.armedAtMs - use.budgetMs);
    const use =
      record.kind === "timer.fired" ? open.sort((a, b) => overdueMs(a) - overdueMs(b))[0] : open.at(-1);
    if (use === undefined) {
      // Devices tell of some timers only when they fire.
      if (record.kind !== "timer.fired") return;
      const armedAtMs = atMs - budgetMs;
      const told: TimerUse = { timer, owner: actor, budgetMs, armedAtMs, endedAtMs: atMs, end: "fired" };
      this.timers.push(told);
      const asker = this.ceremonies.findLast(({ beganAtMs }) => beganAtMs <= armedAtMs);
      return asker === undefined ? this.#belongsTo(told) : void asker.timers.push(told);
    }
    use.endedAtMs = atMs;
    use.end = record.kind === "timer.fired" ? "fired" : "disarmed";
  }

  /** A page starts its own timer before the site has a name for the ceremony. */
  #belongsTo(use: TimerUse): void {
    const ceremony = this.#current;
    const running = ceremony !== undefined && ceremony.settled === undefined;
    if (use.timer.startsWith("page.") && !running) this.#early.push(use);
    else ceremony?.timers.push(use);
  }

  #row(record: TraceRecord & { kind: "rp.row" }): void {
    const { credential, atMs } = record;
    if (record.change === "created") {
      this.rows.push({ credential, ceremony: record.ceremony, createdAtMs: atMs });
    }
    const row = this.rows.findLast((candidate) => candidate.credential === credential);
    if (row === undefined) return;
    if (record.change === "visible") row.visibleAtMs = atMs;
    if (record.change === "deleted") {
      row.deletedAtMs = atMs;
      if (record.ceremony !== undefined) row.deletedBy = record.ceremony;
    }
  }

  #key({ change, credential, atMs, actor }: TraceRecord & { kind: "ctap.credential" }): void {
    const fact: KeyFact = { atMs, credential, authenticator: actor };
    if (change === "created") {
      const isCopy = this.ceremonies.some(({ keysCreated }) =>
        keysCreated.some((key) => key.credential === credential && key.authenticator !== actor),
      );
      (isCopy ? this.#current?.keysCopied : this.#current?.keysCreated)?.push(fact);
    }
    if (change === "overwritten") this.#current?.keysOverwritten.push(fact);
    if (change === "used") this.#current?.keysUsed.push(fact);
  }

  #stage({ atMs, actor, stage, detail, code }: StageRecord): void {
    this.#current?.linkStages.push({
      atMs,
      actor,
      stage,
      ...(detail !== undefined && { detail }),
      ...(code !== undefined && { code }),
    });
  }

  #broke({ kind, ceremony: id, atMs }: TraceRecord & { kind: "page.threw" | "page.call-failed" }): void {
    const ceremony = this.ceremonies.find((candidate) => candidate.id === id);
    if (ceremony === undefined) return;
    if (kind === "page.threw") ceremony.threw = { atMs };
    else ceremony.callFailed = { atMs };
  }

  #person(record: TraceRecord): void {
    const { atMs } = record;
    const ceremony = this.#current;
    if (ceremony === undefined) return;
    if (record.kind === "user.answered") ceremony.gestures.push({ atMs, answer: record.answer });
    if (record.kind !== "user.saw" || record.where !== "page") return;
    if (record.tone === "failure") ceremony.failureSeen ??= { atMs, text: record.text };
    if (record.tone === "success") ceremony.successSeen ??= { atMs };
  }
}

/** The exchange that asked for the key or the signature, the last one if it was asked again. */
export function mainExchange(ceremony: Ceremony): Exchange | undefined {
  // A registration may ask for assertions too, to look for excluded keys: they only prepare it.
  const wanted = ceremony.kind === "registration" ? "makeCredential" : "getAssertion";
  return ceremony.exchanges.findLast(({ command }) => command === wanted);
}

/** Timers that go on when the promise has settled: of the page's own words, and of the site's calls. */
const OUTLIVES_PROMISE = /^(page|rp|gw|poll)\./;

/** The timer of that name that fired in a ceremony; one between page and authenticator, while the promise was pending. */
export function firedTimer(ceremony: Ceremony, timer: string): TimerUse | undefined {
  const overAtMs = OUTLIVES_PROMISE.test(timer) ? Infinity : (ceremony.settled?.atMs ?? Infinity);
  return ceremony.timers.find(
    (use) => use.timer === timer && use.end === "fired" && (use.endedAtMs ?? 0) <= overAtMs,
  );
}
