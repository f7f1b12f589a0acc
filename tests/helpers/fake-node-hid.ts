import { EventEmitter } from "node:events";
import type { HidHost, NodeHidDeviceInfo, NodeHidModule } from "../../src/transports/hid/node-hid.js";

/** Stands in for an open node-hid device: what was written to it, and a way to make it speak. */
export class FakeHidHandle extends EventEmitter {
  readonly written: Uint8Array[] = [];
  /** How many listened for data when each write came. */
  readonly listenersAtWrite: number[] = [];
  closed = 0;
  failWrites: Error | undefined;

  async write(bytes: Buffer): Promise<number> {
    if (this.failWrites) throw this.failWrites;
    this.written.push(Uint8Array.from(bytes));
    this.listenersAtWrite.push(this.listenerCount("data"));
    this.emit("written", bytes);
    return bytes.length;
  }

  async close(): Promise<void> {
    this.closed++;
  }
}

export interface FakeNodeHid {
  readonly handles?: Readonly<Record<string, FakeHidHandle>>;
  readonly devices?: readonly NodeHidDeviceInfo[];
  /** What opening, listing or loading throws. */
  readonly openError?: Error;
  readonly listError?: Error;
  readonly loadError?: Error;
  readonly platform?: string;
  /** The system's answer when asked whether the node can be used. */
  readonly accessCode?: string;
}

/** An operating system with these devices. */
export function fakeHidHost(fake: FakeNodeHid): HidHost {
  const nodeHid: NodeHidModule = {
    HIDAsync: {
      async open(path) {
        const handle = fake.handles?.[path];
        if (fake.openError !== undefined || !handle) throw fake.openError ?? new TypeError("cannot open");
        return handle;
      },
    },
    async devicesAsync() {
      if (fake.listError !== undefined) throw fake.listError;
      return fake.devices ?? [];
    },
  };
  return {
    platform: () => fake.platform ?? "linux",
    async load() {
      if (fake.loadError !== undefined) throw fake.loadError;
      return nodeHid;
    },
    async access() {
      if (fake.accessCode !== undefined) throw Object.assign(new Error("no"), { code: fake.accessCode });
    },
  };
}
