import type { TraceEvent } from "../../core/trace.js";
import type { Anchor, Episode, ImportedRecord, Stamp } from "../importer.js";
import { type Counter, credentialTag, tagOf, tagOfBytes } from "../tags.js";
import { findWebauthn } from "../webauthn-json/find-webauthn.js";
import { parsed } from "../webauthn-json/walk.js";
import type { DeviceLogEntry } from "./entries.js";
import { hybridEventOf } from "./hybrid-texts.js";
import { bytesAt, credentialIdIn, mapAt, messageOf, textAt, type DeviceMessage } from "./message-of.js";

/** Chromium's limit for a report of a key that never came. */
const SILENCE_MS = 3_000;
/** After the computer's shutdown the tunnel stays for this long. */
const LINGER_MS = 180_000;

interface OpenExchange {
  readonly command: string;
  readonly span: string;
  readonly at: Stamp;
  readonly clientData?: string | undefined;
}

interface OpenEpisode {
  readonly id: string;
  readonly kind: Episode["kind"];
  readonly fromMs: number;
  toMs: number;
  rp?: string;
  readonly pending: OpenExchange[];
  lastAsked?: OpenExchange;
  isHybrid: boolean;
  isOver: boolean;
  silenceSpan?: string;
}

/** What the texts of a log add up to. */
export interface DeviceFlow {
  readonly records: readonly ImportedRecord[];
  readonly episodes: readonly Episode[];
  readonly anchors: readonly Anchor[];
  /** Commands were pending at the same time: which answer is whose is not sure. */
  readonly interleaved: boolean;
  readonly hasSteps: boolean;
}

/** Newer versions put the options behind it, as JSON. */
const FLOW = /^Starting (GetAssertion|MakeCredential) flow(?:: ([\s\S]*))?/;
const FAILING =
  /^Failing (?:assertion|make credential) request due to (?:status (0x[\da-f]+|\d+)|bad response)/i;
const IGNORED = /^(?:Ignoring (?:status|AuthTokenRequester)|Ignoring response from)/;
/** Printed of every request on a computer without Bluetooth, of one that a key on USB answers as well. */
const NO_RADIO = /^No BLE adapter present/;
const STEP = /^UI step: k(\w{1,60})/;
const FAILED_STEPS = /Error|TimedOut|NotRegistered|AlreadyRegistered|NoAvailableTransports/;

/** Follows the entries of a log, oldest first, from request to request. */
export function followDevice(entries: readonly DeviceLogEntry[], redacted: Counter): DeviceFlow {
  const flow = new Flow(redacted);
  for (const entry of entries) flow.take(entry);
  return flow.end();
}

class Flow {
  readonly #records: ImportedRecord[] = [];
  readonly #anchors: Anchor[] = [];
  readonly #episodes: OpenEpisode[] = [];
  readonly #redacted: Counter;
  /** What the search for a phone printed before anybody wanted one. */
  readonly #unasked = new Set<ImportedRecord>();
  #spans = 0;
  #timers = 0;
  #interleaved = false;
  #hasSteps = false;

  constructor(redacted: Counter) {
    this.#redacted = redacted;
  }

  take({ at, text }: DeviceLogEntry): void {
    const flow = FLOW.exec(text);
    if (flow !== null) return this.#takeFlow(flow[1] === "GetAssertion", flow[2], at);
    const message = messageOf(text);
    if (message !== undefined) return this.#takeMessage(message, at);
    const hybrid = hybridEventOf(text);
    if (hybrid !== undefined) {
      this.#takeHybrid(hybrid, at);
      const last = this.#records.at(-1);
      if (NO_RADIO.test(text) && last !== undefined) this.#unasked.add(last);
      return;
    }
    this.#takeOther(text, at);
  }

  end(): DeviceFlow {
    const atKey = new Set(
      this.#episodes.flatMap(({ id, lastAsked, isHybrid }) => (lastAsked && !isHybrid ? [id] : [])),
    );
    return {
      records: this.#records.filter((one) => !(this.#unasked.has(one) && atKey.has(one.episode ?? ""))),
      anchors: this.#anchors,
      episodes: this.#episodes.map(({ id, kind, fromMs, toMs, rp }) => ({
        id,
        kind,
        at: { fromMs, toMs },
        ...(rp !== undefined && { rp }),
      })),
      interleaved: this.#interleaved,
      hasSteps: this.#hasSteps,
    };
  }

  get #open(): OpenEpisode | undefined {
    return this.#episodes.at(-1);
  }

  #begin(kind: Episode["kind"], at: Stamp): OpenEpisode {
    const episode: OpenEpisode = {
      id: `e${this.#episodes.length + 1}`,
      kind,
      fromMs: at.fromMs,
      toMs: at.toMs,
      pending: [],
      isHybrid: false,
      isOver: false,
    };
    this.#episodes.push(episode);
    return episode;
  }

  #emit(
    at: Stamp,
    actor: string,
    event: TraceEvent,
    more: Pick<ImportedRecord, "span" | "derived"> = {},
  ): void {
    const episode = this.#open;
    if (episode !== undefined) episode.toMs = Math.max(episode.toMs, at.toMs);
    this.#records.push({ at, actor, ...(episode !== undefined && { episode: episode.id }), event, ...more });
  }

  /** @param json the options as the browser goes by them: its own limits are already in their timeout. */
  #takeFlow(isLogin: boolean, json: string | undefined, at: Stamp): void {
    const options = findWebauthn(parsed(json ?? ""), this.#redacted).find((one) => one.what === "options");
    const episode = this.#begin(isLogin ? "login" : "registration", at);
    if (options?.rp !== undefined) episode.rp = options.rp;
    this.#emit(at, "browser", {
      kind: "page.called",
      method: isLogin ? "get" : "create",
      effectiveMs: options?.asked.timeoutMs ?? Infinity,
    });
    episode.toMs = at.toMs;
    if (options === undefined) return;
    const { challenge: tag } = options;
    this.#anchors.push({ kind: "challenge", tag, episode: episode.id, at, relation: "after" });
  }

  #takeMessage(message: DeviceMessage, at: Stamp): void {
    if (message.what === "request") return this.#takeRequest(message, at);
    const episode = this.#open;
    const asked = episode?.pending[0];
    switch (message.what) {
      case "cancel": {
        const command = episode?.pending.at(-1)?.command ?? episode?.lastAsked?.command;
        const span = episode?.pending.at(-1)?.span;
        // Printed for a phone as well, to which nothing is sent.
        if (command !== undefined && episode?.isHybrid === false)
          this.#emit(
            at,
            "browser",
            { kind: "ctap.cancel", command },
            { ...(span !== undefined && { span }) },
          );
        return;
      }
      case "read-error":
        episode?.pending.shift();
        if (episode?.silenceSpan !== undefined) delete episode.silenceSpan;
        else this.#emit(at, "link", { kind: "link.lost", link: episode?.isHybrid ? "phone" : "key" });
        return;
      case "broken":
        episode?.pending.shift();
        if (asked !== undefined)
          this.#emit(
            at,
            "browser",
            { kind: "ctap.finding", command: asked.command, fault: message.fault, offset: 0 },
            { span: asked.span },
          );
        return;
      case "answer":
        if (asked !== undefined && episode !== undefined) this.#takeAnswer(message, { asked, episode, at });
    }
  }

  #takeRequest({ command, values, chars }: DeviceMessage & { readonly what: "request" }, at: Stamp): void {
    const isMain = command === "makeCredential" || command === "getAssertion";
    const kind = command === "makeCredential" ? "registration" : "login";
    if (isMain && (this.#open === undefined || this.#open.isOver)) this.#begin(kind, at);
    const episode = this.#open;
    if (episode === undefined) return;
    const span = `x${(this.#spans += 1)}`;
    const hash = bytesAt(values, command === "makeCredential" ? "1" : "2");
    const clientData = isMain && hash !== undefined ? tagOfBytes(hash) : undefined;
    const rpId =
      command === "makeCredential"
        ? textAt(mapAt(values, "2"), "id")
        : isMain
          ? textAt(values, "1")
          : undefined;
    if (rpId !== undefined) episode.rp = tagOf(rpId);
    if (isMain) this.#redacted.add("CTAP message");
    const asked: OpenExchange = { command, span, at, ...(clientData !== undefined && { clientData }) };
    if (episode.pending.length > 0) this.#interleaved = true;
    episode.pending.push(asked);
    episode.lastAsked = asked;
    this.#emit(at, "browser", { kind: "ctap.request", command, bytes: bytesFor(chars) }, { span });
    if (clientData !== undefined)
      this.#anchors.push({
        kind: "client-data",
        tag: clientData,
        episode: episode.id,
        at,
        relation: "within",
      });
  }

  #takeAnswer(
    { status, values, chars }: DeviceMessage & { readonly what: "answer" },
    {
      asked,
      episode,
      at,
    }: { readonly asked: OpenExchange; readonly episode: OpenEpisode; readonly at: Stamp },
  ): void {
    episode.pending.shift();
    const { command, span } = asked;
    if (status === "OK" && command === "makeCredential")
      this.#credential("created", credentialIdIn(bytesAt(values, "2")), at);
    if (status === "OK" && command === "getAssertion")
      this.#credential("used", bytesAt(mapAt(values, "1"), "id"), at);
    this.#emit(at, "browser", { kind: "ctap.response", command, status, bytes: bytesFor(chars) }, { span });
    if (asked.clientData !== undefined)
      this.#anchors.push({
        kind: "client-data",
        tag: asked.clientData,
        episode: episode.id,
        at,
        relation: "within",
      });
  }

  /** What the answer says the key did. */
  #credential(change: "created" | "used", id: Uint8Array | undefined, at: Stamp): void {
    const episode = this.#open;
    if (id === undefined || episode === undefined) return;
    this.#redacted.add("credential id");
    const credential = credentialTag(id);
    this.#emit(
      at,
      "key",
      { kind: "ctap.credential", change, credential, rpId: episode.rp ?? "", user: "" },
      { derived: "the answer to the command names the credential" },
    );
    this.#anchors.push({ kind: "credential", tag: credential, episode: episode.id, at, relation: "before" });
  }

  #takeHybrid(event: TraceEvent & { readonly kind: "link.hybrid" }, at: Stamp): void {
    const episode = this.#open;
    if (event.stage === "ready") {
      if (episode !== undefined) episode.isHybrid = true;
      // The log is silent about both where they go well.
      for (const stage of ["tunnel-open", "handshake"] as const)
        this.#emit(
          at,
          "desktop",
          { kind: "link.hybrid", stage },
          { derived: "the connection was established" },
        );
    }
    if (/^(advert|tunnel)/.test(event.stage)) this.#redacted.add("advert or URL of a tunnel");
    this.#emit(at, "desktop", event);
  }

  #takeOther(text: string, at: Stamp): void {
    if (/^FIDO HID device timeout for/.test(text)) return this.#silence(at);
    if (/closing connection due to timeout/.test(text)) {
      const id = `linger${(this.#timers += 1)}`;
      return this.#emit(at, "desktop", {
        kind: "timer.fired",
        timer: "hybrid.linger",
        budgetMs: LINGER_MS,
        id,
      });
    }
    const failing = FAILING.exec(text);
    if (failing !== null) return this.#fail(at, failing[1]);
    if (IGNORED.test(text)) return this.#ignore(at);
    const step = STEP.exec(text)?.[1];
    if (step !== undefined) this.#step(step, at);
  }

  #silence(at: Stamp): void {
    const episode = this.#open;
    const span = episode?.pending.at(-1)?.span;
    if (episode !== undefined) episode.silenceSpan = span ?? "";
    this.#emit(
      at,
      "link",
      {
        kind: "timer.fired",
        timer: "hid.silence",
        budgetMs: SILENCE_MS,
        id: `silence${(this.#timers += 1)}`,
      },
      { ...(span !== undefined && { span }) },
    );
  }

  #fail(at: Stamp, status: string | undefined): void {
    const episode = this.#open;
    if (episode === undefined) return;
    episode.isOver = true;
    const isExcluded = Number(status) === 0x19;
    this.#emit(
      at,
      "browser",
      {
        kind: "page.settled",
        method: episode.kind === "login" ? "get" : "create",
        outcome: "rejected",
        name: isExcluded ? "InvalidStateError" : "NotAllowedError",
      },
      { derived: "the log says that the request fails; the page may hear of it when the sheet is closed" },
    );
  }

  #ignore(at: Stamp): void {
    const asked = this.#open?.lastAsked;
    const { span } = asked ?? {};
    if (asked === undefined) return;
    this.#emit(
      at,
      "browser",
      { kind: "ctap.discarded", command: asked.command, status: "OTHER" },
      { ...(span !== undefined && { span }) },
    );
  }

  #step(step: string, at: Stamp): void {
    this.#hasSteps = true;
    const episode = this.#open;
    if (episode === undefined) return;
    if (step === "TimedOut")
      this.#emit(at, "browser", {
        kind: "timer.fired",
        timer: "client.ceremony",
        budgetMs: Math.max(0, at.fromMs - episode.fromMs),
        id: `client-${episode.id}`,
      });
    if (step === "NotStarted" || step === "Closed") return;
    this.#emit(at, "browser", {
      kind: "user.saw",
      where: "browser",
      text: `sheet ${step}`,
      ...(FAILED_STEPS.test(step) && { tone: "failure" as const }),
    });
  }
}

/** Bytes of a message, about: two hexadecimal digits a byte. */
function bytesFor(chars: number): number {
  return Math.ceil(chars / 2);
}
