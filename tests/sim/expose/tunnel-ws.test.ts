import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { X509Certificate } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { wsDialer } from "../../../src/hybrid/adapters/tunnel-ws.js";
import { systemEnv } from "../../../src/env/system-env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { MemorySink } from "../../../src/core/trace.js";
import { selfMadeTlsIdentity } from "../../../src/sim/expose/tls-identity.js";
import {
  wsTunnelService,
  type WsTunnelService,
  type WsTunnelServiceOptions,
} from "../../../src/sim/expose/tunnel-ws.js";
import { casesOf } from "../../hybrid/vectors.js";

const TUNNEL = "00112233445566778899AABBCCDDEEFF";
const NEW = `/cable/new/${TUNNEL}`;
const OTHER = "/cable/new/FFEEDDCCBBAA99887766554433221100";

const services: WsTunnelService[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service[Symbol.asyncDispose]();
});

async function serve(
  options: Partial<WsTunnelServiceOptions> = {},
  env = systemEnv(),
): Promise<WsTunnelService> {
  const service = await wsTunnelService(env, { port: 0, ...options });
  services.push(service);
  return service;
}

interface Dialled {
  readonly socket: WebSocket;
  /** HTTP status of the answer. */
  readonly status: number;
  readonly routingId: string | undefined;
}

/** A plain client of the ws package: none of our code. */
async function dial(
  service: WsTunnelService,
  path: string,
  {
    protocols = ["fido.cable"],
    headers = {},
  }: { protocols?: string[]; headers?: Record<string, string> } = {},
): Promise<Dialled> {
  const socket = new WebSocket(service.origin + path, protocols, { headers, rejectUnauthorized: false });
  const opened = new Promise<Dialled>((resolve, reject) => {
    socket.on("upgrade", ({ headers: answer }) => {
      const routingId = answer["x-cable-routing-id"] as string | undefined;
      socket.once("open", () => resolve({ socket, status: 101, routingId }));
    });
    socket.on("unexpected-response", (asked, { statusCode = 0 }) => {
      asked.destroy();
      resolve({ socket, status: statusCode, routingId: undefined });
    });
    socket.on("error", reject);
  });
  return opened;
}

const connectPath = (routingId: string | undefined) => `/cable/connect/${routingId}/${TUNNEL}`;

async function pair(service: WsTunnelService) {
  const phone = await dial(service, NEW);
  const client = await dial(service, connectPath(phone.routingId));
  return { phone: phone.socket, client: client.socket };
}

/** Status of an upgrade asked for by hand: URLs would tidy the path up. */
async function statusOf({ port }: WsTunnelService, path: string): Promise<number> {
  const headers = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-protocol": "fido.cable",
  };
  // By address: "localhost" may be ::1 first, where the same port can be another server's.
  const asked = request({ host: "127.0.0.1", port, path, headers, agent: false }).end();
  const upgraded = once(asked, "upgrade") as Promise<[{ statusCode: number }, Duplex]>;
  const refused = once(asked, "response") as Promise<[{ statusCode: number }, undefined?]>;
  const [{ statusCode }, socket] = await Promise.race([upgraded, refused]);
  socket?.destroy();
  asked.destroy();
  return statusCode;
}

const messageOf = async (socket: WebSocket) => {
  const [data] = (await once(socket, "message")) as [Buffer];
  return data.toString("hex");
};
const closeOf = async (socket: WebSocket) => ((await once(socket, "close")) as [number])[0];

describe("paths", () => {
  test.each(
    casesOf<{ readonly path: string; readonly valid: boolean; readonly method?: string }>("tunnelPaths"),
  )("$nr: $path", async ({ path, valid, method }) => {
    const status = await statusOf(await serve(), path);
    // Nobody waits at a tunnel to connect to, and nobody subscribed under a contact id.
    const expected = method === "new" ? 101 : 404;
    expect(status).toBe(valid ? expected : 400);
  });
});

describe("letting in", () => {
  test("a phone is told its routing id, and its client meets it there", async () => {
    const service = await serve();
    const phone = await dial(service, NEW);
    expect(phone.routingId).toMatch(/^[0-9a-f]{6}$/i);
    expect(phone.socket.protocol).toBe("fido.cable");
    expect(phone.socket.extensions, "compression would betray what is sealed").toBe("");
    const client = await dial(service, connectPath(phone.routingId));
    client.socket.send(Buffer.from("c0ffee", "hex"));
    expect(await messageOf(phone.socket)).toBe("c0ffee");
    phone.socket.send(Buffer.from("bead", "hex"));
    expect(await messageOf(client.socket)).toBe("bead");
  });

  test.each([
    ["no subprotocol", [], 400],
    ["another one", ["fido.rope"], 400],
    ["ours among others", ["fido.rope", "fido.cable"], 101],
  ])("%s: %i", async (_, protocols, expected) => {
    expect((await dial(await serve(), NEW, { protocols })).status).toBe(expected);
  });

  test("the same tunnel twice: 409; a third one: 404; a wrong routing id: 404", async () => {
    const service = await serve();
    const phone = await dial(service, NEW);
    expect((await dial(service, NEW)).status).toBe(409);
    const wrong = phone.routingId === "000000" ? "000001" : "000000";
    expect((await dial(service, connectPath(wrong))).status).toBe(404);
    expect((await dial(service, connectPath(phone.routingId))).status).toBe(101);
    expect((await dial(service, connectPath(phone.routingId))).status).toBe(404);
  });

  test("a contact that was revoked: 410; one that lives is woken and announced", async () => {
    const service = await serve({ pushDelayMs: 0 });
    service.relay.revoke(Uint8Array.of(1, 2, 3));
    expect((await dial(service, "/cable/contact/AQID")).status).toBe(410);

    const woken = new Promise<{ readonly clientPayload: string; readonly path: string }>((resolve) => {
      service.relay.subscribe(Uint8Array.of(4, 5, 6), ({ clientPayload, routingId, tunnelId }) => {
        const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
        resolve({ clientPayload, path: `/cable/connect/${hex(routingId)}/${hex(tunnelId)}` });
      });
    });
    const headers = { "X-caBLE-Client-Payload": "a1", "x-cable-signal-connection": "true" };
    const client = await dial(service, "/cable/contact/BAUG", { headers });
    const { clientPayload, path } = await woken;
    expect(clientPayload).toBe("a1");
    const signal = messageOf(client.socket);
    await dial(service, path);
    expect(await signal).toBe("00");
  });

  test("a service told to refuse answers what it was told", async () => {
    expect((await dial(await serve({ httpStatus: 503 }), NEW)).status).toBe(503);
  });

  test.each([
    ["GET", 400],
    ["POST", 405],
  ])("%s without an upgrade: %i", async (method, expected) => {
    const { port } = await serve();
    const asked = request({ host: "127.0.0.1", port, path: NEW, method, agent: false }).end();
    const [response] = (await once(asked, "response")) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(expected);
  });
});

describe("keeping out", () => {
  const ORIGIN = "wss://cable.example";

  test.each([
    ["the one that is served", ORIGIN, 101],
    ["another one", "wss://evil.example", 403],
    ["one that only begins alike", `${ORIGIN}.evil.example`, 403],
    ["none at all", undefined, 403],
  ])("by Origin: %s", async (_, origin, expected) => {
    const service = await serve({ origins: [ORIGIN, "wss://other.example"] });
    expect((await dial(service, NEW, { headers: origin === undefined ? {} : { origin } })).status).toBe(
      expected,
    );
  });

  test("says why, in the answer's body and in the trace", async () => {
    const sink = new MemorySink();
    const service = await serve({ origins: [ORIGIN] }, systemEnv(sink));
    const socket = new WebSocket(service.origin + NEW, ["fido.cable"]);
    const body = await new Promise<string>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("unexpected-response", (_, response) => {
        response.on("data", (data: Buffer) => resolve(data.toString()));
      });
    });
    expect(body).toBe("wrong-origin");
    expect(sink.records).toContainEqual(
      expect.objectContaining({ stage: "tunnel-refused", httpStatus: 403, code: "wrong-origin" }),
    );
  });

  test("by connections: one more is 503, and let in when another has gone", async () => {
    const service = await serve({ connectionsMax: 1 });
    const first = await dial(service, NEW);
    expect((await dial(service, OTHER)).status).toBe(503);
    const closed = once(first.socket, "close");
    first.socket.close();
    await closed;
    await expect.poll(async () => (await dial(service, OTHER)).status).toBe(101);
  });

  test("by tunnels: the second side is no second tunnel", async () => {
    const service = await serve({ tunnelsMax: 1 });
    const phone = await dial(service, NEW);
    expect((await dial(service, OTHER)).status).toBe(503);
    expect((await dial(service, connectPath(phone.routingId))).status).toBe(101);
  });

  test("our own dialer names the service's origin, and hears of a wrong one by its status and a hint", async () => {
    const service = await serve({ origins: [ORIGIN] });
    const { signal } = new AbortController();
    const opening = wsDialer({ service: service.origin }).open(ORIGIN + NEW, {}, signal);
    (await opening).tunnel.close();
    const wrong = wsDialer().open(service.origin + NEW, {}, signal);
    await expect(wrong).rejects.toMatchObject({
      code: "TUNNEL_REFUSED",
      httpStatus: 403,
      hint: expect.stringContaining("origins") as string,
    });
  });
});

describe("ending", () => {
  test("whoever hangs up ends it for the other; a status is not needed to end in good order", async () => {
    for (const code of [1000, undefined]) {
      const { phone, client } = await pair(await serve());
      const ended = closeOf(phone);
      client.close(code);
      expect(await ended).toBe(1000);
    }
  });

  test("one who vanishes leaves the other with 1001", async () => {
    const { phone, client } = await pair(await serve());
    const ended = closeOf(client);
    phone.terminate();
    expect(await ended).toBe(1001);
  });

  test("text has no place here: 1003 for both", async () => {
    const { phone, client } = await pair(await serve());
    const both = Promise.all([closeOf(phone), closeOf(client)]);
    client.send("hello");
    expect(await both).toEqual([1003, 1003]);
  });

  test("a message too long: 1009; one too many: 1008; the service breaking down: 1006", async () => {
    const tooLong = await pair(await serve({ maxBytes: 4 }));
    const longEnded = closeOf(tooLong.phone);
    tooLong.client.send(Buffer.alloc(5));
    expect(await longEnded).toBe(1009);

    const tooMany = await pair(await serve({ maxMessages: 1 }));
    const manyEnded = closeOf(tooMany.phone);
    for (const _ of [1, 2]) tooMany.client.send(Buffer.alloc(1));
    expect(await manyEnded).toBe(1008);

    const breaking = await pair(await serve({ dropAfter: 1 }));
    const bothEnded = Promise.all([closeOf(breaking.phone), closeOf(breaking.client)]);
    for (const _ of [1, 2]) breaking.client.send(Buffer.alloc(1));
    expect(await bothEnded).toEqual([1006, 1006]);
  });

  test("its time is over: 1008, and the trace names the timer", async () => {
    const sink = new MemorySink();
    const { phone } = await pair(await serve({ ttlMs: 50 }, systemEnv(sink)));
    expect(await closeOf(phone)).toBe(1008);
    expect(sink.records).toContainEqual(
      expect.objectContaining({ kind: "timer.fired", timer: "tunnel.ttl" }),
    );
  });

  test("disposed of: 1001, and nobody is let in any more", async () => {
    const service = await wsTunnelService(systemEnv(), { port: 0 });
    const { phone } = await pair(service);
    const ended = closeOf(phone);
    await service[Symbol.asyncDispose]();
    expect(await ended).toBe(1001);
    await expect(dial(service, NEW)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("where it listens", () => {
  test("an address in use and one others can reach are refused", async () => {
    const { port } = await serve();
    await expect(serve({ port })).rejects.toMatchObject({ code: "EXPOSE_ADDRESS_IN_USE" });
    await expect(serve({ host: "0.0.0.0" })).rejects.toMatchObject({ code: "EXPOSE_REMOTE_REFUSED" });
  });

  test("latency holds every message back and keeps their order", async () => {
    const { phone, client } = await pair(await serve({ latencyMs: 5 }));
    const heard: string[] = [];
    const all = new Promise<void>((resolve) => {
      phone.on("message", (data) => {
        heard.push((data as Buffer).toString("hex"));
        if (heard.length === 3) resolve();
      });
    });
    for (const byte of [1, 2, 3]) client.send(Buffer.of(byte));
    await all;
    expect(heard).toEqual(["01", "02", "03"]);
  });
});

describe("a self-made TLS identity", () => {
  test("serves wss to a client that was given the certificate, under its names and addresses", async () => {
    const tls = selfMadeTlsIdentity(virtualEnv("tls"), ["localhost", "127.0.0.1"]);
    const service = await serve({ tls });
    expect(service.origin).toMatch(/^wss:/);
    for (const host of ["localhost", "127.0.0.1"]) {
      const socket = new WebSocket(`wss://${host}:${service.port}${NEW}`, "fido.cable", { ca: tls.cert });
      await once(socket, "open");
      const closed = once(socket, "close");
      socket.terminate();
      await closed;
    }
    const stranger = new WebSocket(service.origin + NEW, "fido.cable");
    const [error] = (await once(stranger, "error")) as [{ code: string }];
    expect(error.code).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
  });

  test("reads well to a second parser, and the same seed gives the same bytes", () => {
    const { cert } = selfMadeTlsIdentity(virtualEnv("tls"), ["relay.example", "10.0.0.7"]);
    const read = new X509Certificate(cert);
    expect(read.subjectAltName).toBe("DNS:relay.example, IP Address:10.0.0.7");
    expect(read.verify(read.publicKey)).toBe(true);
    expect(selfMadeTlsIdentity(virtualEnv("tls"), ["relay.example", "10.0.0.7"]).cert).toBe(cert);
  });
});

test("sockets that ask for nothing count against the limit, and who asks is told that it is full", async () => {
  const service = await serve({ connectionsMax: 1 });
  const idle = Array.from({ length: 80 }, () => connect(service.port, "127.0.0.1").on("error", () => {}));
  const ended = await Promise.all(
    idle.map((socket) =>
      Promise.race([
        once(socket, "close").then(() => "closed"),
        once(socket, "connect").then(() => new Promise((resolve) => setTimeout(resolve, 300, "open"))),
      ]),
    ),
  );
  expect(ended.filter((how) => how === "open")).toHaveLength(65);
  for (const socket of idle) socket.destroy();
});
