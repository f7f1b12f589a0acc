import { toBase64url } from "../core/bytes.js";
import type { Entropy } from "../core/entropy.js";
import { ToldHttp } from "../page/told-http.js";
import { PageRig, type PageRigOptions } from "../page/rig.js";
import { ServeError } from "../loopback/serve-error.js";

/** One rig of the server's: devices, user and browser client for the pages of one suite. */
export interface HostedRig {
  readonly id: string;
  /** Lets pages ask this rig, and nothing else. */
  readonly pageKey: string;
  readonly rig: PageRig;
  /** The WebDriver session that it belongs to, where it is a virtual authenticator of one. */
  readonly session?: string;
  isClosed: boolean;
  /** Ends the messages of pages that wait for an answer. */
  readonly waiting: Set<() => void>;
  /** What its pages tell of their calls to the site. */
  readonly told: ToldHttp;
  /** What the driver calls the script in its pages, where it put one there. */
  scriptId?: string;
}

const KEY_BYTES = 18;
/** Rigs that are open at once; of closed ones, whose traces can still be read, as many again. */
const OPEN_MAX = 64;

/** The rigs of a server, by id. */
export class Rigs {
  readonly #entropy: Entropy;
  readonly #rigs = new Map<string, HostedRig>();
  #last = 0;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  get all(): readonly HostedRig[] {
    return [...this.#rigs.values()];
  }

  /** @throws {ServeError} `SERVE_TOO_MANY`. @throws {KnobError} @throws {PageRigError} */
  open(options: PageRigOptions, session?: string): HostedRig {
    if (this.all.filter(({ isClosed }) => !isClosed).length >= OPEN_MAX) {
      throw new ServeError("SERVE_TOO_MANY", `${OPEN_MAX} rigs are open`, {
        hint: "delete those that are done",
      });
    }
    const rig = new PageRig(options);
    const id = `rig-${(this.#last += 1)}`;
    const pageKey = toBase64url(this.#entropy.bytes(KEY_BYTES));
    const hosted: HostedRig = {
      id,
      pageKey,
      rig,
      ...(session !== undefined && { session }),
      isClosed: false,
      waiting: new Set(),
      told: new ToldHttp(rig.http),
    };
    this.#rigs.set(id, hosted);
    const closed = this.all.filter(({ isClosed }) => isClosed);
    for (const { id: old } of closed.slice(0, Math.max(0, closed.length - OPEN_MAX))) this.#rigs.delete(old);
    return hosted;
  }

  /** @throws {ServeError} `SERVE_NOT_FOUND`. */
  get(id: string): HostedRig {
    const found = this.#rigs.get(id);
    if (found === undefined) throw new ServeError("SERVE_NOT_FOUND", `there is no rig ${JSON.stringify(id)}`);
    return found;
  }

  /** Ends a rig; its trace stays readable. */
  close(hosted: HostedRig): void {
    if (hosted.isClosed) return;
    hosted.isClosed = true;
    hosted.rig.close();
    for (const end of hosted.waiting) end();
  }

  closeSession(session: string): void {
    for (const hosted of this.all) if (hosted.session === session) this.close(hosted);
  }

  delete(id: string): void {
    this.close(this.get(id));
    this.#rigs.delete(id);
  }
}
