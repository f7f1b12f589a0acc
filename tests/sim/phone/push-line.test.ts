import { describe, expect, test } from "vitest";
import { encodeGetAssertionRequest } from "../../../src/ctap/messages/get-assertion.js";
import { encodeMakeCredentialRequest } from "../../../src/ctap/messages/make-credential.js";
import { envFor } from "../../../src/core/env.js";
import type { LinkedPhone } from "../../../src/hybrid/protocol/linking.js";
import { startStateAssisted } from "../../../src/hybrid/state-assisted.js";
import { type PhoneLinks, SimPhone } from "../../../src/sim/phone/phone.js";
import type { PhoneOutcome } from "../../../src/sim/phone/phone-outcome.js";
import { PushLine } from "../../../src/sim/phone/push-line.js";
import { HybridBench } from "../../hybrid/hybrid-bench.js";
import { assertion, creation } from "../authenticator/bench-key.js";

const MAKE = encodeMakeCredentialRequest(creation({ options: { uv: true, rk: true } }));
const GET = encodeGetAssertionRequest(assertion({ options: { uv: true } }));
const ORIGIN = "wss://cable.ua5v.com";

/** A phone that reaches its relay as one in another process does, over a dialer, and is started again from what it kept. */
class RestartedPhone {
  readonly bench = new HybridBench();
  readonly sessions: Promise<PhoneOutcome>[] = [];
  readonly line: PushLine;
  kept: PhoneLinks | undefined;
  phone: SimPhone;

  constructor() {
    this.line = this.#newLine("line");
    this.phone = this.#newPhone("phone", this.line);
  }

  /** As after the end of its process. */
  async restart(): Promise<PushLine> {
    await this.line[Symbol.asyncDispose]();
    const line = this.#newLine("line 2");
    this.phone = this.#newPhone("phone 2", line);
    return line;
  }

  async link(): Promise<LinkedPhone> {
    const { bench } = this;
    let linked: LinkedPhone | undefined;
    const { device, qr } = bench.invite({ onLinked: (phone) => (linked = phone) });
    const session = this.phone.scan(qr);
    expect((await bench.run(device.transact(MAKE)))[0]).toBe(0);
    await bench.run(session);
    if (linked === undefined) throw new Error("the phone offered no link");
    return linked;
  }

  async call(phone: LinkedPhone): Promise<number | undefined> {
    const { bench } = this;
    const { device } = startStateAssisted(bench.client, bench.ports, phone);
    return (await bench.run(device.transact(GET)))[0];
  }

  #newLine(name: string): PushLine {
    return new PushLine(envFor(this.bench.env, name), {
      dialer: this.bench.service.as("phone"),
      origin: ORIGIN,
    });
  }

  #newPhone(name: string, push: PushLine): SimPhone {
    const parts = {
      advertiser: this.bench.air,
      dialer: this.bench.service.as("phone"),
      handle: this.bench.handle,
      push,
      links: this.kept,
      onLinks: (links: PhoneLinks) => void (this.kept = links),
      onCalled: (session: Promise<PhoneOutcome>) => void this.sessions.push(session),
    };
    return new SimPhone(envFor(this.bench.env, name), parts, { offersLink: true });
  }
}

describe("a phone in another process than its relay", () => {
  test("is woken over its line by a client that it linked", async () => {
    const own = new RestartedPhone();
    expect(await own.call(await own.link())).toBe(0);
    expect(await own.bench.run(Promise.all(own.sessions))).toEqual([{ ending: "served" }]);
    await own.line[Symbol.asyncDispose]();
  });

  test("is the same phone to its clients when it is started again from what it kept", async () => {
    const own = new RestartedPhone();
    const linked = await own.link();
    const line = await own.restart();
    expect(await own.call(linked)).toBe(0);
    await line[Symbol.asyncDispose]();
  });

  test("listens once the relay has answered, and says so of a relay that cannot be reached too", async () => {
    const own = new RestartedPhone();
    await own.link();
    const asked: string[] = [];
    let answer = () => {};
    const dialer = {
      open: async (url: string) => {
        asked.push(url);
        await new Promise<void>((resolve) => (answer = resolve));
        throw new Error("no route to the relay");
      },
    };
    const line = new PushLine(own.bench.env, { dialer, origin: ORIGIN });
    line.subscribe(own.kept?.links[0]?.contactId ?? new Uint8Array(16), () => {});
    let listens = false;
    const listening = line.listening().then(() => (listens = true));
    await Promise.resolve();
    expect([asked.length, listens]).toEqual([1, false]);
    answer();
    await listening;
    await line[Symbol.asyncDispose]();
    await own.line[Symbol.asyncDispose]();
  });

  test("that is off is not found, and one that ended its links is gone for good", async () => {
    const own = new RestartedPhone();
    const linked = await own.link();
    await own.line[Symbol.asyncDispose]();
    await expect(own.call(linked)).rejects.toMatchObject({ code: "TUNNEL_REFUSED", httpStatus: 404 });
    const line = await own.restart();
    // Its line is there once a call came through.
    expect(await own.call(linked)).toBe(0);
    own.phone.unlinkAll();
    await own.bench.run(Promise.all(own.sessions));
    await expect(own.call(linked)).rejects.toMatchObject({ code: "LINK_GONE" });
    expect(own.kept?.links).toEqual([]);
    await line[Symbol.asyncDispose]();
  });
});
