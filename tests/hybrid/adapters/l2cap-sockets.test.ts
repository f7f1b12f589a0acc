import { EventEmitter } from "node:events";
import { spawnSync } from "node:child_process";
import { platform } from "node:os";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { concat, concatAll, utf8 } from "../../../src/core/bytes.js";
import { systemEnv } from "../../../src/env/system-env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { encodeRecord, type PipeRecord, RecordReader } from "../../../src/hybrid/adapters/l2cap-records.js";
import {
  type L2capProcess,
  linuxChannels,
  probeChannels,
} from "../../../src/hybrid/adapters/l2cap-sockets.js";
import { titled } from "../../helpers/titled.js";

/** Stands in for the program that holds the sockets. */
class FakeProgram extends EventEmitter {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  args: readonly string[] = [];
  killed = false;
  readonly #obeyed = new RecordReader();
  readonly #heard: PipeRecord[] = [];

  constructor() {
    super();
    this.stdin.on("data", (bytes: Uint8Array) => this.#heard.push(...this.#obeyed.push(bytes)));
  }

  readonly start = (args: readonly string[]): L2capProcess => {
    this.args = args;
    return this as unknown as L2capProcess;
  };

  kill(): boolean {
    this.killed = true;
    return true;
  }

  say(kind: PipeRecord["kind"], channel: number, payload: Uint8Array = new Uint8Array(0)): void {
    this.stdout.write(encodeRecord({ kind, channel, payload }));
  }

  end(): void {
    this.stdout.end(() => this.emit("close", 0));
  }

  /** What it was told so far. */
  async heard(): Promise<readonly PipeRecord[]> {
    await new Promise(setImmediate);
    return this.#heard;
  }
}

const NEVER = new AbortController().signal;
const AT = { address: "0E:BE:F0:91:76:E3", psm: 130 } as const;
const MTU = (bytes: number) => Uint8Array.of(bytes >> 8, bytes & 0xff);

async function connected(mtu = 4) {
  const program = new FakeProgram();
  const opening = linuxChannels(systemEnv(), { adapter: 2, start: program.start }).open(AT, NEVER);
  program.say("o", 1, MTU(mtu));
  return { program, channel: await opening };
}

describe("records", () => {
  test("come whole out of any pieces", () => {
    const records: readonly PipeRecord[] = [
      { kind: "o", channel: 65_535, payload: MTU(2048) },
      { kind: "d", channel: 1, payload: new Uint8Array(300).fill(7) },
      { kind: "c", channel: 1, payload: new Uint8Array(0) },
    ];
    const bytes = concatAll(records.map(encodeRecord));
    for (const size of [1, 6, 7, 8, 100, bytes.length]) {
      const reader = new RecordReader();
      const read: PipeRecord[] = [];
      for (let at = 0; at < bytes.length; at += size)
        read.push(...reader.push(bytes.subarray(at, at + size)));
      expect(read).toEqual(records);
    }
  });
});

describe("linuxChannels, as a client", () => {
  test("says where to, and that an address nobody typed is random", async () => {
    const { program } = await connected();
    expect(program.args).toEqual(["connect", "2", AT.address, "random", "130"]);
  });

  test("sends in units that the peer takes", async () => {
    const { program, channel } = await connected(4);
    channel.write(utf8("123456789"));
    const sent = (await program.heard()).map(({ kind, channel: number, payload }) => [
      kind,
      number,
      Buffer.from(payload).toString(),
    ]);
    expect(sent).toEqual([
      ["d", 1, "1234"],
      ["d", 1, "5678"],
      ["d", 1, "9"],
    ]);
  });

  test("reads what came before the end, and then the end", async () => {
    const { program, channel } = await connected();
    program.say("d", 1, utf8("last words"));
    program.say("c", 1, utf8("ECONNRESET"));
    expect(await channel.read()).toEqual(utf8("last words"));
    expect(await channel.read()).toBeUndefined();
    await channel.closed;
    channel.write(utf8("into the void"));
    expect(await program.heard()).toEqual([]);
  });

  test("a program that dies ends its channels", async () => {
    const { program, channel } = await connected();
    program.end();
    expect(await channel.read()).toBeUndefined();
  });

  test.each([
    ["ECONNREFUSED", "LINK_CLOSED"],
    ["EHOSTDOWN", "LINK_CLOSED"],
    ["ENETDOWN", "RADIO_OFF"],
    ["ENODEV", "RADIO_NO_ADAPTER"],
    ["EAFNOSUPPORT", "RADIO_NO_ADAPTER"],
    ["EPERM", "PERMISSION_DENIED"],
    ["EINVAL", "RADIO_FAILED"],
  ])("%s from the kernel is %s", async (system, code) => {
    const program = new FakeProgram();
    const opening = linuxChannels(systemEnv(), { start: program.start }).open(AT, NEVER);
    program.say("e", 0, utf8(system));
    program.end();
    await expect(opening).rejects.toMatchObject({ code });
  });

  test("a phone that does not answer: the timer radio.l2cap, and the program is ended", async () => {
    const env = virtualEnv("l2cap");
    const program = new FakeProgram();
    const opening = linuxChannels(env, { start: program.start }).open(AT, NEVER);
    await expect(env.clock.run(opening)).rejects.toMatchObject({ code: "TIMEOUT", timer: "radio.l2cap" });
    expect(program.killed).toBe(true);
  });
});

describe("linuxChannels, as a phone", () => {
  test("names its port, and takes who comes; closing it leaves the channels", async () => {
    const program = new FakeProgram();
    const opening = linuxChannels(systemEnv(), { start: program.start }).listen();
    program.say("l", 0, MTU(0x81));
    const port = await opening;
    expect([port.psm, program.args]).toEqual([0x81, ["listen", "0"]]);
    program.say("o", 1, MTU(64));
    program.say("o", 2, MTU(64));
    const [first, second] = [await port.accept(NEVER), await port.accept(NEVER)];
    program.say("d", 2, utf8("second"));
    expect(await second.read()).toEqual(utf8("second"));
    await port[Symbol.asyncDispose]();
    await expect(port.accept(NEVER)).rejects.toMatchObject({ code: "LINK_CLOSED" });
    first.close();
    expect((await program.heard()).map(({ kind, channel }) => [kind, channel])).toEqual([
      ["x", 0],
      ["c", 1],
    ]);
  });

  test("a reader that is too slow loses its channel, not its memory", async () => {
    const { program, channel } = await connected();
    const unit = new Uint8Array(60_000);
    for (let sent = 0; sent < 80; sent++) program.say("d", 1, unit);
    await channel.closed;
    expect((await program.heard()).at(-1)).toMatchObject({ kind: "c", channel: 1 });
  });
});

const lack = platform() === "linux" ? undefined : "is not Linux, whose kernel has these sockets";
const pythonLack = spawnSync("python3", ["--version"]).status === 0 ? undefined : "has no python3";

describe.skipIf(lack !== undefined)(titled("on this machine", lack), () => {
  test("without the interpreter, what is missing is named", async () => {
    await expect(probeChannels({ python: "no-such-python" })).rejects.toMatchObject({
      code: "RADIO_NO_L2CAP",
      message: expect.stringContaining("no-such-python") as string,
      hint: expect.stringContaining("Python 3") as string,
    });
  });

  test.skipIf(pythonLack !== undefined)(
    titled("the program runs, and says what the kernel says of an adapter that is not there", pythonLack),
    async () => {
      // Some machines have an adapter; none has this one.
      await expect(probeChannels({ adapter: 65_000 })).rejects.toMatchObject({
        code: expect.stringMatching(/^RADIO_NO_ADAPTER$/) as string,
      });
    },
  );
});

test("bytes of two writes keep their order", async () => {
  const { program, channel } = await connected(3);
  channel.write(utf8("abcd"));
  channel.write(utf8("ef"));
  const sent = (await program.heard()).map(({ payload }) => payload);
  expect(concat(...sent)).toEqual(utf8("abcdef"));
});
