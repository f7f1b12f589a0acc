import { EventEmitter } from "node:events";
import type { HciSocket } from "../../src/hybrid/adapters/hci.js";

const LE_READ_FEATURES = 0x2003;
const LE_SET_ENABLE = 0x200a;
const LE_SET_EXTENDED_ENABLE = 0x2039;
/** Eight bytes, of which bit 12 is LE Extended Advertising. */
const FEATURES = { legacy: "0000000000000000", extended: "0010000000000000" } as const;

export interface FakeHciParts {
  readonly isUp?: boolean;
  readonly bindError?: Error;
  /** What writing makes the socket say, as the package does instead of throwing. */
  readonly writeError?: Error;
  /** Status a command is answered with; 0 when absent, `undefined` for no answer. */
  readonly status?: (opcode: number) => number | undefined;
  /** Which advertising the controller knows; legacy alone when absent. */
  readonly advertising?: keyof typeof FEATURES;
}

/** Stands in for a raw HCI socket with a controller behind it. */
export class FakeHci extends EventEmitter implements HciSocket {
  readonly packets: Uint8Array[] = [];
  filter: Uint8Array | undefined;
  adapter: number | undefined;
  running = false;
  /** Whether the controller advertises. */
  onAir = false;
  readonly #parts: FakeHciParts;

  constructor(parts: FakeHciParts = {}) {
    super();
    this.#parts = parts;
  }

  bindRaw(adapter: number): void {
    if (this.#parts.bindError) throw this.#parts.bindError;
    this.adapter = adapter;
  }

  isDevUp(): boolean {
    return this.#parts.isUp ?? true;
  }

  setFilter(filter: Buffer): void {
    this.filter = Uint8Array.from(filter);
  }

  start(): void {
    this.running = true;
  }

  stop(): void {
    this.running = false;
  }

  write(packet: Buffer): void {
    this.packets.push(Uint8Array.from(packet));
    if (this.#parts.writeError) return void this.emit("error", this.#parts.writeError);
    const opcode = packet.readUInt16LE(1);
    const status = this.#parts.status ? this.#parts.status(opcode) : 0;
    if (status === undefined) return;
    const switches = opcode === LE_SET_ENABLE || opcode === LE_SET_EXTENDED_ENABLE;
    if (status === 0 && switches) this.onAir = packet[4] === 1;
    // Somebody else's command first: raw sockets hear everybody's answers.
    this.emit("data", Buffer.from([0x04, 0x0e, 0x04, 0x01, 0x03, 0x0c, 0x00]));
    const { advertising = "legacy" } = this.#parts;
    const values = opcode === LE_READ_FEATURES ? [...Buffer.from(FEATURES[advertising], "hex")] : [];
    this.emit(
      "data",
      Buffer.from([0x04, 0x0e, 4 + values.length, 0x01, opcode & 0xff, opcode >> 8, status, ...values]),
    );
  }
}
