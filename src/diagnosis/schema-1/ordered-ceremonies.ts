import type { TraceRecord } from "../../core/trace.js";
import { callParts, type SiteCallRecord } from "../facts/site-calls.js";
import { OrderedTimers, type TimerPlace } from "./ordered-timers.js";

type RecordOf<K extends TraceRecord["kind"]> = Extract<TraceRecord, { readonly kind: K }>;

/** A command of a schema-1 trace, and when its answer came. */
interface OrderedExchange {
  readonly ceremony: string;
  readonly span: string;
  readonly command: string;
  answeredAtMs?: number;
}

/** What the order of a schema-1 trace says of one ceremony. */
export interface OrderedCeremony {
  readonly id: string;
  readonly beganAtMs: number;
  /** A page called `navigator.credentials` and nothing settled it yet. */
  isPending: boolean;
  /** The last moment at which something of the ceremony was certainly under way. */
  lastAtMs: number;
  settledAtMs?: number;
  /** When the last of its timers that carry no name ended: a device or a service was at work until then. */
  timersEndedAtMs: number;
  /** A record came that cannot be of this ceremony although it began last. */
  hasStray: boolean;
  readonly exchanges: OrderedExchange[];
  /** What its user was asked to confirm, which may be answered after the ceremony's promise has settled. */
  readonly prompts: OrderedPrompt[];
}

interface OrderedPrompt {
  readonly actor: string;
  readonly prompt: string;
  answeredAtMs?: number;
}

interface ExchangePlace {
  readonly ceremony?: string;
  readonly span?: string;
}

/** Attributes the records of a schema-1 trace one by one, by what came before them. */
export class OrderedCeremonies {
  readonly #all: OrderedCeremony[] = [];
  readonly #timers = new OrderedTimers();
  readonly #made = new Set<string>();
  #exchanges = 0;
  #row: RecordOf<"rp.row"> | undefined;

  get all(): readonly OrderedCeremony[] {
    return this.#all;
  }

  /** Indexes of page timers from before a ceremony had a name, which has one now. */
  takeClaimed(): readonly { readonly index: number; readonly ceremony: string }[] {
    return this.#timers.takeClaimed();
  }

  siteCall(record: SiteCallRecord): void {
    const { about } = callParts(record);
    if (about !== "registration" && about !== "login") return;
    this.#named(record.ceremony, record.atMs).lastAtMs = record.atMs;
  }

  page(record: RecordOf<"page.called" | "page.settled" | "page.gave-up">): { readonly ceremony?: string } {
    const { atMs } = record;
    if (record.kind !== "page.called" && record.ceremony === undefined && this.#current === undefined)
      return {};
    const ceremony =
      record.kind === "page.called" || record.ceremony !== undefined
        ? this.#named(record.ceremony, atMs)
        : (this.#current ?? this.#named(undefined, atMs));
    ceremony.lastAtMs = atMs;
    if (record.kind === "page.called") ceremony.isPending = true;
    if (record.kind === "page.settled") {
      ceremony.isPending = false;
      ceremony.settledAtMs = atMs;
    }
    return { ceremony: ceremony.id };
  }

  /** An answer belongs to the command it answers, which may be of a ceremony before. */
  exchange(record: RecordOf<"ctap.request" | "ctap.response" | "ctap.discarded">): ExchangePlace {
    const { command, atMs } = record;
    if (record.kind === "ctap.request") {
      const current = this.#current;
      if (current === undefined) return {};
      const exchange = { ceremony: current.id, span: `exchange-${(this.#exchanges += 1)}`, command };
      current.exchanges.push(exchange);
      return { ceremony: exchange.ceremony, span: exchange.span };
    }
    const askedIn = (ceremonies: readonly OrderedCeremony[]) =>
      ceremonies.flatMap(({ exchanges }) => exchanges).filter((one) => one.command === command);
    const asked = askedIn(this.#all);
    const isDiscarded = record.kind === "ctap.discarded";
    // An answer that was taken was waited for; what an ended ceremony had asked may never be answered at all.
    const awaited = isDiscarded
      ? []
      : askedIn(this.#all.filter(({ settledAtMs }) => settledAtMs === undefined));
    const isOpen = ({ answeredAtMs }: OrderedExchange) => answeredAtMs === undefined;
    const exchange = awaited.find(isOpen) ?? asked.find(isOpen) ?? (isDiscarded ? asked.at(-1) : undefined);
    if (exchange === undefined) return {};
    exchange.answeredAtMs = atMs;
    return { ceremony: exchange.ceremony, span: exchange.span };
  }

  timer(record: RecordOf<"timer.armed" | "timer.fired" | "timer.disarmed">, index: number): TimerPlace {
    const place = this.#timers.place(record, index, {
      current: this.#current,
      beganBefore: (atMs) => this.#all.findLast(({ beganAtMs }) => beganAtMs <= atMs),
    });
    if (record.kind !== "timer.armed" && record.ceremony === undefined) {
      const ceremony = this.#all.find(({ id }) => id === place.ceremony);
      if (ceremony !== undefined) ceremony.timersEndedAtMs = record.atMs;
    }
    return place;
  }

  row(record: RecordOf<"rp.row">): void {
    this.#row = record;
  }

  /** A flag that changes in the moment of a row is of the row's ceremony, which may have ended long before. */
  flag({ atMs, actor }: RecordOf<"rp.flag">): { readonly ceremony?: string } {
    const row = this.#row;
    const ceremony = row?.atMs === atMs && row.actor === actor ? row.ceremony : this.#current?.id;
    return ceremony === undefined ? {} : { ceremony };
  }

  /** The browser ended, and every request of its pages with it. */
  closed(atMs: number): void {
    for (const ceremony of this.#all.filter(({ isPending }) => isPending)) {
      ceremony.isPending = false;
      ceremony.lastAtMs = atMs;
    }
  }

  /** An answer belongs to the oldest open prompt of its words, which may be of a ceremony before. */
  prompt(record: RecordOf<"user.prompted" | "user.answered">): { readonly ceremony?: string } {
    const { actor, prompt, atMs } = record;
    if (record.kind === "user.prompted") this.#current?.prompts.push({ actor, prompt });
    else {
      const isOpen = (one: OrderedPrompt) =>
        one.actor === actor && one.prompt === prompt && one.answeredAtMs === undefined;
      for (const { id, prompts } of this.#all) {
        const open = prompts.find(isOpen);
        if (open === undefined) continue;
        open.answeredAtMs = atMs;
        return { ceremony: id };
      }
    }
    return this.unnamed(record);
  }

  /** What carries no name belongs to the ceremony that began last. */
  unnamed(record: TraceRecord): { readonly ceremony?: string } {
    const current = this.#current;
    if (current === undefined) return {};
    if (this.#actsOnRequest(record) && !current.exchanges.some(isOut(record.atMs))) current.hasStray = true;
    return { ceremony: current.id };
  }

  /** A key that is made or used has been asked for; a copy that arrives on another authenticator has not. */
  #actsOnRequest(record: TraceRecord): boolean {
    if (record.kind !== "ctap.credential" || record.change === "deleted") return false;
    if (record.change !== "created") return true;
    const isCopy = this.#made.has(record.credential);
    this.#made.add(record.credential);
    return !isCopy;
  }

  get #current(): OrderedCeremony | undefined {
    return this.#all.at(-1);
  }

  #named(id: string | undefined, atMs: number): OrderedCeremony {
    const known = this.#all.find((ceremony) => ceremony.id === id);
    if (known !== undefined) return known;
    const ceremony: OrderedCeremony = {
      id: id ?? `#${this.#all.length + 1}`,
      beganAtMs: atMs,
      lastAtMs: atMs,
      timersEndedAtMs: 0,
      isPending: false,
      hasStray: false,
      exchanges: [],
      prompts: [],
    };
    this.#all.push(ceremony);
    this.#timers.claim(ceremony.id);
    return ceremony;
  }
}

const isOut =
  (atMs: number) =>
  ({ answeredAtMs }: OrderedExchange): boolean =>
    answeredAtMs === undefined || answeredAtMs >= atMs;
