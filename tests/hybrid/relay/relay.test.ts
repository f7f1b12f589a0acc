import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/core/bytes.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import type { TunnelClose } from "../../../src/hybrid/ports.js";
import type { Push } from "../../../src/hybrid/relay/push-message.js";
import { TunnelRelay, type RelayLimits } from "../../../src/hybrid/relay/relay.js";
import type { RelaySide } from "../../../src/hybrid/relay/relay-tunnel.js";

const TUNNEL = "00112233445566778899AABBCCDDEEFF";
const CONTACT = Uint8Array.of(1, 2, 3);

/** A side that writes down what it gets. */
class Side {
  readonly got: string[] = [];
  readonly closes: TunnelClose[] = [];
  relay: RelaySide = { message() {}, text() {}, gone() {} };

  deliver = (message: Uint8Array) => void this.got.push(toHex(message));
  close = (how: TunnelClose) => void this.closes.push(how);
}

function bench(limits: Partial<RelayLimits> = {}) {
  const env = virtualEnv("relay");
  const relay = new TunnelRelay(env, limits);
  const ask = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    relay.admit({ path, subprotocols: ["fido.cable"], header: (name) => headers[name] });
  const enter = (path: string, headers?: Readonly<Record<string, string>>) => {
    const answer = ask(path, headers);
    if (answer.status !== 101) throw new Error(`refused with ${answer.status}`);
    const side = new Side();
    side.relay = answer.join(side);
    return { side, headers: answer.headers };
  };
  /** A phone that waits, and the client it waits for. */
  const pair = () => {
    const phone = enter(`/cable/new/${TUNNEL}`);
    const routing = phone.headers["X-caBLE-Routing-ID"] as string;
    return {
      phone: phone.side,
      client: enter(`/cable/connect/${routing}/${TUNNEL.toLowerCase()}`).side,
      routing,
    };
  };
  return { env, relay, ask, enter, pair };
}

describe("who is let in", () => {
  test("nobody without the subprotocol", () => {
    const { relay } = bench();
    const request = { path: `/cable/new/${TUNNEL}`, subprotocols: ["other"], header: () => undefined };
    expect(relay.admit(request)).toEqual({ status: 400, refusal: "no-subprotocol" });
  });

  test.each([["/"], ["/cable/new/00"], ["/cable/contact/"], [`/cable/new/${TUNNEL}/..`]])(
    "nobody by the path %s",
    (path) => {
      expect(bench().ask(path)).toEqual({ status: 400, refusal: "bad-path" });
    },
  );

  test("no second phone for one tunnel", () => {
    const { ask, enter } = bench();
    enter(`/cable/new/${TUNNEL}`);
    expect(ask(`/cable/new/${TUNNEL.toLowerCase()}`)).toEqual({ status: 409, refusal: "tunnel-taken" });
  });

  test("no client without a phone", () => {
    expect(bench().ask(`/cable/connect/000000/${TUNNEL}`)).toEqual({
      status: 404,
      refusal: "no-such-tunnel",
    });
  });

  test("no client with another routing id", () => {
    const { ask, enter } = bench();
    const { headers } = enter(`/cable/new/${TUNNEL}`);
    const right = headers["X-caBLE-Routing-ID"] as string;
    const wrong = right.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    expect(ask(`/cable/connect/${wrong}/${TUNNEL}`)).toEqual({ status: 404, refusal: "no-such-tunnel" });
  });

  test("no second client", () => {
    const { pair, ask } = bench();
    const { routing } = pair();
    expect(ask(`/cable/connect/${routing}/${TUNNEL}`)).toEqual({ status: 404, refusal: "no-such-tunnel" });
  });

  test("no client after the time a phone is waited with", async () => {
    const { env, enter, ask } = bench({ waitMs: 30_000 });
    const { headers } = enter(`/cable/new/${TUNNEL}`);
    const path = `/cable/connect/${headers["X-caBLE-Routing-ID"] as string}/${TUNNEL}`;
    await env.clock.advance(30_001);
    expect(ask(path)).toEqual({ status: 418, refusal: "came-too-late" });
  });

  test("anybody again, once the tunnel is over", () => {
    const { pair, enter } = bench();
    pair().phone.relay.gone({ code: 1000 });
    expect(enter(`/cable/new/${TUNNEL}`).side.closes).toEqual([]);
  });
});

describe("what goes between them", () => {
  test("messages, both ways and in order", () => {
    const { phone, client } = bench().pair();
    client.relay.message(Uint8Array.of(1));
    phone.relay.message(Uint8Array.of(2));
    client.relay.message(Uint8Array.of(3));
    expect([phone.got, client.got]).toEqual([["01", "03"], ["02"]]);
  });

  test("what the first sent before the second came", () => {
    const { enter } = bench();
    const { side, headers } = enter(`/cable/new/${TUNNEL}`);
    side.relay.message(Uint8Array.of(9));
    const client = enter(`/cable/connect/${headers["X-caBLE-Routing-ID"] as string}/${TUNNEL}`);
    expect(client.side.got).toEqual(["09"]);
  });

  test.each([
    ["a message too long", 1009, (side: Side) => side.relay.message(new Uint8Array(16_385))],
    ["a text frame", 1003, (side: Side) => side.relay.text()],
    ["a side that vanished", 1001, (side: Side) => side.relay.gone({ code: 1006 })],
    ["a side that closed", 1000, (side: Side) => side.relay.gone({ code: 1000 })],
    [
      "one message too many",
      1008,
      (side: Side) => {
        for (let i = 0; i < 17; i++) side.relay.message(Uint8Array.of(i));
      },
    ],
  ])("ends for both with %s: %i", (_, code, act) => {
    const { phone, client } = bench().pair();
    act(phone);
    expect([phone.closes, client.closes].map((closes) => closes.map((close) => close.code))).toEqual([
      [code],
      [code],
    ]);
  });

  test("the sixteenth message still arrives", () => {
    const { phone, client } = bench().pair();
    for (let i = 0; i < 16; i++) phone.relay.message(Uint8Array.of(i));
    expect([client.got.length, client.closes]).toEqual([16, []]);
  });

  test("ends with more than six messages nobody is there for", () => {
    const { enter } = bench();
    const { side } = enter(`/cable/new/${TUNNEL}`);
    for (let i = 0; i < 7; i++) side.relay.message(Uint8Array.of(i));
    expect(side.closes).toMatchObject([{ code: 1008 }]);
  });

  test("breaks where it was told to, the message lost", () => {
    const { phone, client } = bench({ dropAfter: 2 }).pair();
    client.relay.message(Uint8Array.of(1));
    phone.relay.message(Uint8Array.of(2));
    client.relay.message(Uint8Array.of(3));
    expect(phone.got).toEqual(["01"]);
    expect([phone.closes, client.closes]).toMatchObject([[{ code: 1006 }], [{ code: 1006 }]]);
  });

  test("nothing after the end", () => {
    const { phone, client } = bench().pair();
    phone.relay.gone({ code: 1000 });
    client.relay.message(Uint8Array.of(1));
    expect(phone.got).toEqual([]);
  });
});

describe("a tunnel's time", () => {
  test("counts from the phone's arrival, whoever comes later, and is named when it is over", async () => {
    const { env, enter } = bench();
    const { side, headers } = enter(`/cable/new/${TUNNEL}`);
    await env.clock.advance(100_000);
    const client = enter(`/cable/connect/${headers["X-caBLE-Routing-ID"] as string}/${TUNNEL}`).side;
    await env.clock.advance(19_999);
    expect(side.closes).toEqual([]);
    await env.clock.advance(1);
    expect([side.closes, client.closes]).toMatchObject([[{ code: 1008 }], [{ code: 1008 }]]);
    expect(env.records).toContainEqual(
      expect.objectContaining({ kind: "timer.fired", timer: "tunnel.ttl", budgetMs: 120_000, atMs: 120_000 }),
    );
  });

  test("is not armed where there is none", async () => {
    const { env, enter, relay } = bench({ ttlMs: null });
    enter(`/cable/new/${TUNNEL}`);
    await env.clock.advance(86_400_000);
    expect(relay.size).toBe(1);
  });
});

describe("a call to a linked phone", () => {
  const HEADERS = { "X-caBLE-Client-Payload": "a0", "X-caBLE-Signal-Connection": "true" };
  const PATH = "/cable/contact/AQID";

  test("reaches it after the push's time, and its client hears when it joins", async () => {
    const { env, relay, enter } = bench({ pushDelayMs: 8_000 });
    const pushes: Push[] = [];
    relay.subscribe(CONTACT, (push) => pushes.push(push));
    const client = enter(PATH, HEADERS);
    expect(client.headers).toEqual({ "X-caBLE-Signal-Connection": "true" });
    await env.clock.advance(7_999);
    expect(pushes).toEqual([]);
    await env.clock.advance(1);
    const [{ tunnelId, routingId, clientPayload }] = pushes as [Push];
    expect(clientPayload).toBe("a0");
    const phone = enter(`/cable/connect/${toHex(routingId)}/${toHex(tunnelId)}`);
    client.side.relay.message(Uint8Array.of(5));
    expect([client.side.got, phone.side.got]).toEqual([["00"], ["05"]]);
  });

  test("says nothing of joining to a client that did not ask", async () => {
    const { env, relay, enter } = bench();
    const pushes: Push[] = [];
    relay.subscribe(CONTACT, (push) => pushes.push(push));
    const client = enter(PATH, { "X-caBLE-Client-Payload": "a0" });
    await env.clock.advance(1_000);
    const [{ tunnelId, routingId }] = pushes as [Push];
    enter(`/cable/connect/${toHex(routingId)}/${toHex(tunnelId)}`);
    expect([client.headers, client.side.got]).toEqual([{}, []]);
  });

  test("is 410 once the phone said never again, 404 when nobody ever said anything, 400 without a payload", () => {
    const { relay, ask } = bench();
    expect(ask(PATH, HEADERS)).toEqual({ status: 404, refusal: "unknown-contact" });
    relay.subscribe(CONTACT, () => {});
    expect(ask(PATH)).toEqual({ status: 400, refusal: "no-client-payload" });
    relay.revoke(CONTACT);
    expect(ask(PATH, HEADERS)).toEqual({ status: 410, refusal: "contact-gone" });
  });
});

test("closing the relay closes every tunnel", () => {
  const { relay, pair } = bench();
  const { phone, client } = pair();
  relay.close();
  expect([phone.closes, client.closes, relay.size]).toEqual([[{ code: 1001 }], [{ code: 1001 }], 0]);
});

describe("a service that keeps so many tunnels at once", () => {
  const OTHER = "/cable/new/FFEEDDCCBBAA99887766554433221100";

  test("lets one more in when one of them has ended", () => {
    const { ask, enter } = bench({ tunnelsMax: 1 });
    const phone = enter(`/cable/new/${TUNNEL}`);
    expect(ask(OTHER)).toEqual({ status: 503, refusal: "full" });
    phone.side.relay.gone({ code: 1000 });
    expect(ask(OTHER).status).toBe(101);
  });

  test("lets the second side of a tunnel in all the same", () => {
    const { ask, enter } = bench({ tunnelsMax: 1 });
    const { headers } = enter(`/cable/new/${TUNNEL}`);
    expect(ask(`/cable/connect/${headers["X-caBLE-Routing-ID"] as string}/${TUNNEL}`).status).toBe(101);
  });

  test("turns a linked phone's call away likewise, and wakes nobody", async () => {
    const { ask, enter, relay, env } = bench({ tunnelsMax: 1, pushDelayMs: 0 });
    let woken = 0;
    relay.subscribe(CONTACT, () => (woken += 1));
    enter(`/cable/new/${TUNNEL}`);
    expect(ask("/cable/contact/AQID", { "X-caBLE-Client-Payload": "a1" })).toEqual({
      status: 503,
      refusal: "full",
    });
    await env.clock.advance(1_000);
    expect(woken).toBe(0);
  });
});

describe("messages that suffer on the way", () => {
  test("the one that is garbled differs in its last bit, and no other differs", () => {
    const { phone, client } = bench({ garble: 2 }).pair();
    for (const byte of [0x10, 0x20, 0x30]) client.relay.message(Uint8Array.of(0xff, byte));
    expect(phone.got).toEqual(["ff10", "ff21", "ff30"]);
  });

  test("it is counted over both sides, and the sender's own bytes stay as they were", () => {
    const { phone, client } = bench({ garble: 2 }).pair();
    client.relay.message(Uint8Array.of(1));
    const sent = Uint8Array.of(0x80);
    phone.relay.message(sent);
    expect(client.got).toEqual(["81"]);
    expect(sent).toEqual(Uint8Array.of(0x80));
  });

  test("by chance: never at 0, at once at 1, with 1006 for both", () => {
    const calm = bench({ breakChance: 0 }).pair();
    calm.client.relay.message(Uint8Array.of(1));
    expect(calm.phone.got).toEqual(["01"]);
    const stormy = bench({ breakChance: 1 }).pair();
    stormy.client.relay.message(Uint8Array.of(1));
    expect(stormy.phone.got).toEqual([]);
    expect([stormy.phone.closes[0]?.code, stormy.client.closes[0]?.code]).toEqual([1006, 1006]);
  });
});
