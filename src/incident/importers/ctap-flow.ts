import { decodeLenient } from "../../cbor/lenient.js";
import type { CborValue } from "../../cbor/value.js";
import { isHarnessError } from "../../core/errors.js";
import type { TraceEvent } from "../../core/trace.js";
import { CtapCommand, nameOfCommand } from "../../ctap/command.js";
import { nameOfStatus } from "../../ctap/status.js";
import { credentialIdIn } from "../chromium-log/message-of.js";
import type { Anchor, Episode, ImportedRecord, Stamp } from "../importer.js";
import { INCIDENT_LIMITS } from "../limits.js";
import { type Counter, credentialTag, tagOf, tagOfBytes } from "../tags.js";

/** What a source's messages add up to. */
export interface FlowResult {
  readonly records: readonly ImportedRecord[];
  readonly episodes: readonly Episode[];
  readonly anchors: readonly Anchor[];
}

interface Exchange {
  readonly command: string;
  readonly byte: number;
  readonly span: string;
  readonly clientData?: string | undefined;
  readonly rpId?: string | undefined;
  keepalive?: "processing" | "up-needed";
}

interface OpenEpisode {
  readonly id: string;
  readonly kind: "registration" | "login";
  readonly clientData: string | undefined;
  fromMs: number;
  toMs: number;
  rp?: string;
}

/** Commands before a ceremony's own are a part of it when it follows within this time. */
const PRELUDE_MS = 60_000;

/**
 * Follows CTAP messages between one client and one authenticator, wherever they were logged: a registration or login for each
 * client data hash that is asked for. Keeps tags alone of what the messages hold.
 */
export class CtapFlow {
  readonly #records: { -readonly [Name in keyof ImportedRecord]: ImportedRecord[Name] }[] = [];
  readonly #anchors: Anchor[] = [];
  readonly #episodes: OpenEpisode[] = [];
  readonly #redacted: Counter;
  readonly #dropped: Counter;
  readonly #prefix: string;
  #prelude: number[] = [];
  #pending: Exchange | undefined;
  #spans = 0;

  /** @param prefix tells the flows of one source apart; empty where there is one. */
  constructor(redacted: Counter, dropped: Counter, prefix = "") {
    this.#redacted = redacted;
    this.#dropped = dropped;
    this.#prefix = prefix;
  }

  /** Command of the request that has no answer yet. */
  get pending(): string | undefined {
    return this.#pending?.command;
  }

  /** A request: its command byte, and its parameters where the source has them. */
  request(at: Stamp, byte: number, parameters: Uint8Array | undefined, bytes: number): void {
    const command = nameOfCommand(byte);
    const values = mapOf(parameters);
    const isMake = byte === CtapCommand.makeCredential;
    const isMain = isMake || byte === CtapCommand.getAssertion;
    const hash = isMain ? values?.get(isMake ? 1 : 2) : undefined;
    const clientData = hash instanceof Uint8Array ? tagOfBytes(hash) : undefined;
    const rpId = isMain ? rpIdIn(values, isMake) : undefined;
    if (isMain) this.#redacted.add("CTAP message");
    if (isMain && !isProbe(values, isMake, rpId))
      this.#join(isMake ? "registration" : "login", clientData, at);
    const open = this.#episodes.at(-1);
    if (open !== undefined && rpId !== undefined) open.rp ??= tagOf(rpId);
    const span = `${this.#prefix}x${(this.#spans += 1)}`;
    this.#pending = { command, byte, span, clientData, rpId };
    this.#emit(at, "browser", { kind: "ctap.request", command, bytes }, { span });
    this.#anchor(clientData, at);
  }

  /** An answer: its status byte, and what follows it where the source has that. */
  response(at: Stamp, status: number, body: Uint8Array | undefined, bytes: number): void {
    const asked = this.#pending;
    if (asked === undefined) return this.#dropped.add("answer to a request that is not in the log");
    this.#pending = undefined;
    const { command, span, byte } = asked;
    const name = nameOfStatus(status);
    if (name === "OK" && asked.keepalive === "up-needed")
      this.#emit(
        at,
        "user",
        { kind: "user.answered", prompt: `touch ${command}`, answer: "approved" },
        { span, derived: "the authenticator asked for a touch, and then answered" },
      );
    if (name === "OK" && body !== undefined) {
      const values = mapOf(body);
      if (byte === CtapCommand.makeCredential) {
        const authData = values?.get(2);
        this.#credential(
          "created",
          authData instanceof Uint8Array ? credentialIdIn(authData) : undefined,
          asked,
          at,
        );
      } else if (byte === CtapCommand.getAssertion) {
        const credential = values?.get(1);
        const id =
          credential instanceof Map ? (credential as ReadonlyMap<string, CborValue>).get("id") : undefined;
        this.#credential("used", id instanceof Uint8Array ? id : undefined, asked, at);
      }
    }
    this.#emit(at, "browser", { kind: "ctap.response", command, status: name, bytes }, { span });
    this.#anchor(asked.clientData, at);
  }

  /** A sign of life: recorded where it says another thing than the one before. */
  keepalive(at: Stamp, code: number): void {
    const asked = this.#pending;
    const status = code === 1 ? "processing" : code === 2 ? "up-needed" : undefined;
    if (asked === undefined || status === undefined || asked.keepalive === status) return;
    asked.keepalive = status;
    const { span, command } = asked;
    this.#emit(at, "browser", { kind: "ctap.keepalive", status }, { span });
    if (status === "up-needed")
      this.#emit(
        at,
        "user",
        { kind: "user.prompted", prompt: `touch ${command}` },
        { span, derived: "the authenticator says that it waits for a touch" },
      );
  }

  /** The client gave the pending request up. */
  cancel(at: Stamp): void {
    const asked = this.#pending;
    if (asked === undefined) return;
    this.#emit(at, "browser", { kind: "ctap.cancel", command: asked.command }, { span: asked.span });
  }

  /** Whatever else belongs to the ceremony that is under way. */
  event(at: Stamp, actor: string, event: TraceEvent, derived?: string): void {
    const span = this.#pending?.span;
    this.#emit(at, actor, event, {
      ...(span !== undefined && { span }),
      ...(derived !== undefined && { derived }),
    });
  }

  /** The request ended without an answer. */
  lost(at: Stamp, code?: string): void {
    this.event(at, "link", { kind: "link.lost", link: "key", ...(code !== undefined && { code }) });
    this.#pending = undefined;
  }

  end(): FlowResult {
    return {
      records: this.#records,
      anchors: this.#anchors,
      episodes: this.#episodes.map(({ id, kind, fromMs, toMs, rp }) => ({
        id,
        kind,
        at: { fromMs, toMs },
        ...(rp !== undefined && { rp }),
      })),
    };
  }

  /** Goes on with the ceremony of that client data, or begins one and takes what came shortly before into it. */
  #join(kind: OpenEpisode["kind"], clientData: string | undefined, at: Stamp): void {
    const open = this.#episodes.at(-1);
    if (
      open !== undefined &&
      open.kind === kind &&
      open.clientData === clientData &&
      clientData !== undefined
    )
      return;
    const id = `${this.#prefix}e${this.#episodes.length + 1}`;
    const own: OpenEpisode = { id, kind, clientData, fromMs: at.fromMs, toMs: at.toMs };
    this.#takePrelude(own);
    this.#prelude = [];
    this.#episodes.push(own);
  }

  /** Counts from the exchange before the command: a key may have waited in that one for as long as it likes. */
  #takePrelude(own: OpenEpisode): void {
    const before = this.#prelude.flatMap((index) => this.#records[index] ?? []);
    const newest = before.at(-1);
    if (newest === undefined || newest.at.toMs < own.fromMs - PRELUDE_MS) return;
    const exchange = before.filter(({ span }) => span !== undefined && span === newest.span);
    const sinceMs = Math.min(own.fromMs, ...exchange.map(({ at }) => at.fromMs)) - PRELUDE_MS;
    for (const record of before) {
      if (record.at.toMs < sinceMs) continue;
      record.episode = own.id;
      own.fromMs = Math.min(own.fromMs, record.at.fromMs);
    }
  }

  #anchor(tag: string | undefined, at: Stamp): void {
    const episode = this.#episodes.at(-1);
    if (tag !== undefined && episode !== undefined && this.#anchors.length < INCIDENT_LIMITS.RECORDS_MAX)
      this.#anchors.push({ kind: "client-data", tag, episode: episode.id, at, relation: "within" });
  }

  #credential(
    change: "created" | "used",
    id: Uint8Array | undefined,
    { rpId = "", span }: Exchange,
    at: Stamp,
  ): void {
    const episode = this.#episodes.at(-1);
    if (id === undefined || episode === undefined) return;
    this.#redacted.add("credential id");
    const credential = credentialTag(id);
    this.#emit(
      at,
      "key",
      { kind: "ctap.credential", change, credential, rpId: rpId === "" ? "" : tagOf(rpId), user: "" },
      { span, derived: "the answer to the command names the credential" },
    );
    this.#anchors.push({ kind: "credential", tag: credential, episode: episode.id, at, relation: "before" });
  }

  #emit(
    at: Stamp,
    actor: string,
    event: TraceEvent,
    more: Pick<ImportedRecord, "span" | "derived"> = {},
  ): void {
    if (this.#records.length >= INCIDENT_LIMITS.RECORDS_MAX)
      return this.#dropped.add("record beyond the most that are kept");
    const episode = this.#episodes.at(-1);
    if (episode !== undefined) episode.toMs = Math.max(episode.toMs, at.toMs);
    else this.#prelude.push(this.#records.length);
    this.#records.push({ at, actor, ...(episode !== undefined && { episode: episode.id }), event, ...more });
  }
}

/** The map that parameters or an answer consist of; `undefined` for what is none, whatever it is. */
export function mapOf(bytes: Uint8Array | undefined): ReadonlyMap<unknown, CborValue> | undefined {
  if (bytes === undefined || bytes.length === 0) return undefined;
  try {
    const { value } = decodeLenient(bytes);
    return value instanceof Map ? (value as ReadonlyMap<unknown, CborValue>) : undefined;
  } catch (error) {
    if (isHarnessError(error)) return undefined;
    throw error;
  }
}

function rpIdIn(values: ReadonlyMap<unknown, CborValue> | undefined, isMake: boolean): string | undefined {
  const rp = isMake ? values?.get(2) : values?.get(1);
  const id = rp instanceof Map ? (rp as ReadonlyMap<string, CborValue>).get("id") : rp;
  return typeof id === "string" ? id : undefined;
}

/** Requests that ask for no gesture, or only for one: platforms look for known credentials and for touches with them. */
function isProbe(
  values: ReadonlyMap<unknown, CborValue> | undefined,
  isMake: boolean,
  rpId: string | undefined,
): boolean {
  if (rpId === ".dummy" || rpId === "make.me.blink") return true;
  const options = values?.get(isMake ? 7 : 5);
  return options instanceof Map && (options as ReadonlyMap<string, CborValue>).get("up") === false;
}
