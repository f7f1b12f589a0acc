import { AsyncQueue, QueueFullError } from "../../src/core/queue.js";
import { TransportError } from "../../src/ctap/transport-error.js";
import {
  encodeUhidEvent,
  parseUhidEvent,
  UHID_EVENT_BYTES,
  type UhidDevice,
  type UhidEvent,
  type UhidFromKernel,
} from "../../src/sim/expose/uhid-event.js";
import type { OpenUhidFile, UhidFile } from "../../src/sim/expose/uhid-file.js";
import { REPORT_BYTES } from "../../src/transports/hid/constants.js";
import type { HidPort } from "../../src/transports/hid/port.js";

/** Events Linux keeps for the program that made a device; what comes then is lost. */
const EVENTS_MAX = 31;
/** What Linux keeps for one reader of a hidraw node. */
const RING_REPORTS = 64;

export interface MemoryUhidHabits {
  /** A driver takes new devices; true by default. */
  readonly driver?: boolean;
  /** What writing an event of this kind fails with. */
  readonly refuse?: Partial<Record<UhidEvent["kind"], string>>;
}

const systemError = (code: string) => Object.assign(new Error(`${code}: refused`), { code });

function putOrLose(queue: AsyncQueue<Uint8Array>, item: Uint8Array): void {
  try {
    queue.put(item);
  } catch (error) {
    if (!(error instanceof QueueFullError)) throw error;
  }
}

/** The kernel's side of `/dev/uhid`, in memory: what was made can be opened like a hidraw node. */
export class MemoryUhid {
  readonly #behaviour: MemoryUhidHabits;
  readonly #files: MemoryFile[] = [];

  constructor(behaviour: MemoryUhidHabits = {}) {
    this.#behaviour = behaviour;
  }

  readonly open: OpenUhidFile = () => {
    const file = new MemoryFile(this.#behaviour);
    this.#files.push(file);
    return file;
  };

  /** Every file opened so far, the latest last. */
  get files(): readonly MemoryFile[] {
    return this.#files;
  }

  get latest(): MemoryFile {
    return this.#files.at(-1) as MemoryFile;
  }

  get devices(): readonly UhidDevice[] {
    return this.#files.flatMap(({ device }) => (device ? [device] : []));
  }
}

export class MemoryFile implements UhidFile {
  /** What a program wrote, in order. */
  readonly written: UhidEvent[] = [];
  device: UhidDevice | undefined;
  closed = false;
  readonly #behaviour: MemoryUhidHabits;
  readonly #events = new AsyncQueue<Uint8Array>(EVENTS_MAX);
  readonly #readers = new Set<MemoryNode>();

  constructor(behaviour: MemoryUhidHabits) {
    this.#behaviour = behaviour;
  }

  write(bytes: Uint8Array): void {
    if (this.closed) throw systemError("EBADF");
    const event = parseUhidEvent(bytes);
    if (!event) throw systemError("EOPNOTSUPP");
    const refusal = this.#behaviour.refuse?.[event.kind];
    if (refusal !== undefined) throw systemError(refusal);
    this.written.push(event);
    if (event.kind === "create2") {
      this.device = event;
      if (this.#behaviour.driver ?? true) this.say({ kind: "start", flags: 0 });
    } else if (event.kind === "destroy") this.#destroy();
    else if (event.kind === "input2") for (const reader of this.#readers) reader.take(event.data);
  }

  read(): Promise<Uint8Array | undefined> {
    return this.#events.next();
  }

  close(): void {
    this.#destroy();
    this.closed = true;
    this.#events.close();
  }

  /** The kernel tells the program something: a whole struct, as reads of the real file give. */
  say(event: UhidFromKernel): void {
    this.sayBytes(encodeUhidEvent(event));
  }

  sayBytes(bytes: Uint8Array): void {
    const whole = new Uint8Array(UHID_EVENT_BYTES);
    whole.set(bytes);
    putOrLose(this.#events, whole);
  }

  /** Reading fails from now on. */
  fail(code: string): void {
    this.#events.close(systemError(code));
  }

  /** A program of this machine opens the device. */
  openNode(): HidPort {
    if (!this.device) throw systemError("ENOENT");
    if (this.#readers.size === 0) this.say({ kind: "open" });
    const node = new MemoryNode(this);
    this.#readers.add(node);
    return node;
  }

  leave(node: MemoryNode): void {
    if (this.#readers.delete(node) && this.#readers.size === 0) this.say({ kind: "close" });
  }

  #destroy(): void {
    if (!this.device) return;
    this.device = undefined;
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
    this.say({ kind: "stop" });
  }
}

class MemoryNode implements HidPort {
  readonly label = "/dev/hidraw9";
  readonly #file: MemoryFile;
  readonly #ring = new AsyncQueue<Uint8Array>(RING_REPORTS);
  #gone = false;

  constructor(file: MemoryFile) {
    this.#file = file;
  }

  write(report: Uint8Array): Promise<void> {
    if (report.length !== REPORT_BYTES) {
      return Promise.reject(new RangeError(`a report has ${REPORT_BYTES} bytes`));
    }
    if (this.#gone) return Promise.reject(new TransportError("DEVICE_GONE", `${this.label} is not there`));
    const data = Uint8Array.of(0, ...report);
    this.#file.say({ kind: "output", reportType: 1, data });
    return Promise.resolve();
  }

  reports(): AsyncIterable<Uint8Array> {
    return this.#ring;
  }

  close(): Promise<void> {
    this.#gone = true;
    this.#ring.close();
    this.#file.leave(this);
    return Promise.resolve();
  }

  take(report: Uint8Array): void {
    putOrLose(this.#ring, report);
  }

  end(): void {
    this.#gone = true;
    this.#ring.close(new TransportError("DEVICE_GONE", `${this.label} is not there`));
  }
}
