import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { SEALED_BYTES_MAX } from "../../../src/hybrid/protocol/constants.js";
import { wsDialer, type WsDialerOptions } from "../../../src/hybrid/adapters/tunnel-ws.js";
import { selfMadeTlsIdentity, type TlsIdentity } from "../../../src/sim/expose/tls-identity.js";

const PATH = "/cable/new/00112233445566778899aabbccddeeff";
const NEVER = new AbortController().signal;

interface Seen {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

interface Relay {
  readonly origin: string;
  readonly port: number;
  readonly seen: Seen[];
  /** The server's end of the first connection. */
  readonly open: Promise<WebSocket>;
}

interface RelayParts {
  /** An answer to be written in place of an upgrade; `undefined` upgrades. */
  readonly answer?: (request: IncomingMessage) => string | undefined;
  readonly headers?: readonly string[];
  readonly selects?: false | string;
  readonly tls?: TlsIdentity;
}

const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const connections = new Set<Duplex>();
  server.on("connection", (socket) => connections.add(socket));
  closers.push(() => {
    server.close();
    for (const socket of connections) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A server of the ws package, told what to answer: none of our code. */
async function relay({ answer, headers = [], selects = "fido.cable", tls }: RelayParts = {}): Promise<Relay> {
  const server = tls ? createTlsServer({ ...tls }) : createServer();
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: true,
    handleProtocols: () => selects,
  });
  sockets.on("headers", (lines) => lines.push(...headers));
  const seen: Seen[] = [];
  const open = new Promise<WebSocket>((resolve) => {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      seen.push({ url: request.url ?? "", headers: request.headers });
      const text = answer?.(request);
      if (text === undefined) sockets.handleUpgrade(request, socket, head, resolve);
      else socket.end(`${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    });
  });
  const port = await listening(server);
  return { origin: `${tls ? "wss" : "ws"}://127.0.0.1:${port}`, port, seen, open };
}

const open = (url: string, options: WsDialerOptions = {}, headers: Record<string, string> = {}) =>
  wsDialer(options).open(url, { headers }, NEVER);

describe("the request", () => {
  test("asks for fido.cable, names its origin, carries what it is given and no compression", async () => {
    const { origin, seen } = await relay();
    await open(origin + PATH, {}, { "X-caBLE-Client-Payload": "a1" });
    expect(seen[0]?.url).toBe(PATH);
    expect(seen[0]?.headers).toMatchObject({
      "sec-websocket-protocol": "fido.cable",
      origin,
      "x-cable-client-payload": "a1",
    });
    expect(seen[0]?.headers).not.toHaveProperty("sec-websocket-extensions");
  });

  test("a stand-in is dialled in place of the service, and hears the service's origin", async () => {
    const { origin, seen } = await relay();
    await open(`wss://cable.ua5v.com${PATH}`, { service: origin });
    expect(seen[0]).toMatchObject({ url: PATH, headers: { origin: "wss://cable.ua5v.com" } });
  });

  test("trusts the certificate it is given, and no other", async () => {
    const tls = selfMadeTlsIdentity(virtualEnv("dialer"), ["127.0.0.1"]);
    const { origin } = await relay({ tls });
    const { tunnel } = await open(origin + PATH, { tls: { ca: tls.cert } });
    tunnel.close();
    await expect(open(origin + PATH)).rejects.toMatchObject({
      code: "TUNNEL_REFUSED",
      message: expect.stringContaining("DEPTH_ZERO_SELF_SIGNED_CERT") as string,
      hint: expect.stringMatching(/NODE_EXTRA_CA_CERTS, or give it to the dialer as ca/) as string,
    });
  });
});

describe("the answer", () => {
  test("every value of a header is there, whatever its case", async () => {
    const { origin } = await relay({ headers: ["X-CABLE-routing-id: 01ab02", "x-cable-Routing-ID: 030405"] });
    const { header } = await open(origin + PATH);
    expect(header("X-caBLE-Routing-ID")).toEqual(["01ab02", "030405"]);
    expect(header("X-caBLE-Signal-Connection")).toEqual([]);
  });

  test.each([400, 403, 404, 409, 410, 418, 500, 503])(
    "%i is TUNNEL_REFUSED with the status",
    async (status) => {
      const { origin } = await relay({ answer: () => `HTTP/1.1 ${status} No` });
      await expect(open(origin + PATH)).rejects.toMatchObject({
        code: "TUNNEL_REFUSED",
        httpStatus: status,
        aftermath: "none",
      });
    },
  );

  test.each([
    ["no subprotocol", { selects: false as const }],
    ["another subprotocol", { selects: "fido.rope" }],
  ])("%s is TUNNEL_REFUSED", async (_, parts) => {
    const { origin } = await relay(parts);
    await expect(open(origin + PATH)).rejects.toMatchObject({
      code: "TUNNEL_REFUSED",
      httpStatus: undefined,
    });
  });

  test.each([
    ["no HTTP", "garbage"],
    ["more headers than anybody reads", `HTTP/1.1 101 Yes\r\n${"a: b\r\n".repeat(20_000)}`],
  ])("%s is told as another program's, not as a machine that is offline", async (_, text) => {
    const { origin } = await relay({ answer: () => text });
    await expect(open(origin + PATH)).rejects.toMatchObject({
      code: "TUNNEL_REFUSED",
      message: expect.stringMatching(/^what answers is no tunnel service: .*\(HPE_/) as string,
      hint: expect.stringContaining("another program listens there") as string,
    });
  });

  test("nobody there is TUNNEL_REFUSED with a hint", async () => {
    const server = createServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    await expect(open(`ws://127.0.0.1:${port}${PATH}`)).rejects.toMatchObject({
      code: "TUNNEL_REFUSED",
      message: expect.stringContaining("ECONNREFUSED") as string,
      hint: expect.any(String) as string,
    });
  });
});

describe("redirects", () => {
  test("relative and absolute ones are followed, with all headers", async () => {
    const target = await relay();
    const { origin, seen } = await relay({
      answer: ({ url }) =>
        url === PATH
          ? "HTTP/1.1 307 Go on\r\nLocation: ../elsewhere"
          : `HTTP/1.1 301 Go on\r\nLocation: http://127.0.0.1:${target.port}/there?x=1`,
    });
    await open(origin + PATH, {}, { "X-caBLE-Client-Payload": "a1" });
    expect(seen.map(({ url }) => url)).toEqual([PATH, "/cable/elsewhere"]);
    expect(target.seen).toHaveLength(1);
    expect(target.seen[0]).toMatchObject({
      url: "/there?x=1",
      headers: { "sec-websocket-protocol": "fido.cable", "x-cable-client-payload": "a1", origin },
    });
  });

  test("five are followed, the sixth is not", async () => {
    const hops = (limit: number) =>
      relay({
        answer: ({ url = "" }) => {
          const hop = Number(/\d+$/.exec(url)?.[0] ?? 0);
          return hop < limit ? `HTTP/1.1 302 Go on\r\nLocation: /hop/${hop + 1}` : undefined;
        },
      });
    const five = await hops(5);
    await open(`${five.origin}/hop/0`);
    expect(five.seen).toHaveLength(6);
    const six = await hops(6);
    await expect(open(`${six.origin}/hop/0`)).rejects.toMatchObject({ code: "TUNNEL_REFUSED" });
    expect(six.seen).toHaveLength(6);
  });

  test.each(["ftp://example.com/", "http://", ""])("a Location of %j leads nowhere", async (location) => {
    const { origin } = await relay({ answer: () => `HTTP/1.1 302 Go on\r\nLocation: ${location}` });
    await expect(open(origin + PATH)).rejects.toMatchObject({ code: "TUNNEL_REFUSED" });
  });

  test("one from an encrypted connection to a plain one is not followed", async () => {
    const plain = await relay();
    const tls = selfMadeTlsIdentity(virtualEnv("downgrade"), ["127.0.0.1"]);
    const answer = () => `HTTP/1.1 302 Go on\r\nLocation: ${plain.origin}${PATH}`;
    const { origin } = await relay({ tls, answer });
    await expect(open(origin + PATH, { tls: { ca: tls.cert } })).rejects.toMatchObject({
      code: "TUNNEL_REFUSED",
    });
    expect(plain.seen).toEqual([]);
  });
});

describe("the tunnel", () => {
  async function tunnelTo() {
    const server = await relay();
    const { tunnel } = await open(server.origin + PATH);
    return { tunnel, peer: await server.open };
  }

  test("keeps messages whole and in order, fragmented ones too", async () => {
    const { tunnel, peer } = await tunnelTo();
    peer.send(Buffer.from("01", "hex"), { fin: false });
    peer.send(Buffer.from("02", "hex"), { fin: true });
    peer.send(Buffer.alloc(0));
    const first = await tunnel.receive();
    expect([first, await tunnel.receive()]).toEqual([Uint8Array.of(1, 2), new Uint8Array(0)]);
    expect(first?.constructor, "no Buffer leaves this room").toBe(Uint8Array);

    const heard = once(peer, "message") as Promise<[Buffer, boolean]>;
    tunnel.send(Uint8Array.of(3));
    expect(await heard).toEqual([Buffer.of(3), true]);
  });

  test("what was said in the same breath as the answer is not lost", async () => {
    const server = createServer();
    const sockets = new WebSocketServer({ server, handleProtocols: () => "fido.cable" });
    sockets.on("connection", (socket) => socket.send(Buffer.of(0)));
    const port = await listening(server);
    const { tunnel } = await open(`ws://127.0.0.1:${port}${PATH}`);
    expect(await tunnel.receive()).toEqual(Uint8Array.of(0));
  });

  test("the peer's end is the end, with its code and reason, after what came before", async () => {
    const { tunnel, peer } = await tunnelTo();
    peer.send(Buffer.of(7));
    peer.close(1008, "its time is over");
    expect(await tunnel.closed).toEqual({ code: 1008, reason: "its time is over" });
    expect([await tunnel.receive(), await tunnel.receive()]).toEqual([Uint8Array.of(7), undefined]);
    tunnel.send(Uint8Array.of(1));
    tunnel.close();
  });

  test("a peer that vanishes is 1006", async () => {
    const { tunnel, peer } = await tunnelTo();
    peer.terminate();
    expect(await tunnel.closed).toEqual({ code: 1006 });
    expect(await tunnel.receive()).toBeUndefined();
  });

  test("our end reaches the peer, after what was sent before it", async () => {
    const { tunnel, peer } = await tunnelTo();
    const heard: string[] = [];
    peer.on("message", (data) => heard.push((data as Buffer).toString("hex")));
    const closed = once(peer, "close") as Promise<[number]>;
    tunnel.send(Uint8Array.of(9));
    tunnel.close();
    tunnel.close();
    expect((await closed)[0]).toBe(1000);
    expect(heard).toEqual(["09"]);
  });

  test("text ends it with 1003, a message above 1 MiB with 1009", async () => {
    const texting = await tunnelTo();
    const textEnded = once(texting.peer, "close") as Promise<[number]>;
    texting.peer.send("hello");
    expect((await textEnded)[0]).toBe(1003);

    const shouting = await tunnelTo();
    shouting.peer.send(Buffer.alloc(SEALED_BYTES_MAX));
    expect((await shouting.tunnel.receive())?.length).toBe(SEALED_BYTES_MAX);
    const shoutEnded = once(shouting.peer, "close") as Promise<[number]>;
    shouting.peer.send(Buffer.alloc(SEALED_BYTES_MAX + 1));
    expect((await shoutEnded)[0]).toBe(1009);
    expect(await shouting.tunnel.receive()).toBeUndefined();
  });

  test("waiting for a message ends with the signal's reason and loses nothing", async () => {
    const { tunnel, peer } = await tunnelTo();
    const abort = new AbortController();
    const waiting = tunnel.receive(abort.signal);
    abort.abort(new RangeError("enough"));
    await expect(waiting).rejects.toThrow("enough");
    peer.send(Buffer.of(5));
    expect(await tunnel.receive()).toEqual(Uint8Array.of(5));
  });
});

describe("a signal that aborts", () => {
  test("before it began: nobody is dialled", async () => {
    const { origin, seen } = await relay();
    const signal = AbortSignal.abort(new RangeError("enough"));
    await expect(wsDialer().open(origin + PATH, {}, signal)).rejects.toThrow("enough");
    expect(seen).toEqual([]);
  });

  test("while the service thinks: its reason is thrown and the connection is dropped", async () => {
    const server = createServer();
    const asked = once(server, "upgrade") as Promise<[IncomingMessage, Duplex]>;
    const port = await listening(server);
    const abort = new AbortController();
    const opening = wsDialer().open(`ws://127.0.0.1:${port}${PATH}`, {}, abort.signal);
    const [, socket] = await asked;
    const dropped = once(socket, "end");
    socket.resume();
    abort.abort(new RangeError("enough"));
    await expect(opening).rejects.toThrow("enough");
    await dropped;
  });
});

describe("a proxy", () => {
  interface Proxied {
    readonly proxy: string;
    readonly asked: { readonly url: string; readonly authorization: string | undefined }[];
  }

  /** Node's own CONNECT, answered as told. */
  async function proxyServer(status = "200 Connection established"): Promise<Proxied> {
    const server = createServer();
    const asked: Proxied["asked"] = [];
    server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
      const { url = "" } = request;
      asked.push({ url, authorization: request.headers["proxy-authorization"] });
      client.on("error", () => {});
      if (!status.startsWith("200")) return void client.end(`HTTP/1.1 ${status}\r\n\r\n`);
      const [host, port] = url.split(":");
      const upstream = connect(Number(port), host, () => {
        client.write(`HTTP/1.1 ${status}\r\n\r\n`);
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on("error", () => client.destroy());
    });
    const port = await listening(server);
    return { proxy: `http://127.0.0.1:${port}`, asked };
  }

  test.each(["ws", "wss"])("carries %s, and is told nothing but the place", async (scheme) => {
    const tls = selfMadeTlsIdentity(virtualEnv("proxy"), ["127.0.0.1"]);
    const server = await relay(scheme === "wss" ? { tls } : {});
    const { proxy, asked } = await proxyServer();
    const { tunnel } = await open(server.origin + PATH, { proxy: () => proxy, tls: { ca: tls.cert } });
    const peer = await server.open;
    peer.send(Buffer.of(1));
    expect(await tunnel.receive()).toEqual(Uint8Array.of(1));
    expect(asked).toEqual([{ url: `127.0.0.1:${server.port}`, authorization: undefined }]);
    expect(server.seen).toHaveLength(1);
  });

  test("is shown user and password, which stay out of every error", async () => {
    const { proxy, asked } = await proxyServer("407 Proxy Authentication Required");
    const secretive = proxy.replace("//", "//kim:p%40ss@");
    const error = await open(`ws://127.0.0.1:9${PATH}`, { proxy: () => secretive }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "TUNNEL_REFUSED", httpStatus: undefined });
    expect((error as Error).message).toContain("407");
    expect(JSON.stringify(error)).not.toMatch(/p@ss|p%40ss|kim/);
    expect(asked[0]?.authorization).toBe(`Basic ${Buffer.from("kim:p@ss").toString("base64")}`);
  });

  test("is not used where none is named", async () => {
    const { origin } = await relay();
    const { proxy, asked } = await proxyServer();
    await open(origin + PATH, { proxy: ({ hostname }) => (hostname === "127.0.0.1" ? undefined : proxy) });
    expect(asked).toEqual([]);
  });

  test.each(["socks5://127.0.0.1:1", "nonsense"])("%s is no proxy we can use", async (proxy) => {
    await expect(open(`ws://127.0.0.1:9${PATH}`, { proxy: () => proxy })).rejects.toMatchObject({
      code: "TUNNEL_REFUSED",
      message: expect.not.stringContaining(proxy) as string,
    });
  });
});
