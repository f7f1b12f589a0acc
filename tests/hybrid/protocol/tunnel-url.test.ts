import { describe, expect, test } from "vitest";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import { tunnelHost } from "../../../src/hybrid/protocol/tunnel-domain.js";
import {
  originOf,
  parseRoutingId,
  parseTunnelPath,
  parseTunnelUrl,
  tunnelPath,
  tunnelUrl,
  type TunnelRequest,
} from "../../../src/hybrid/protocol/tunnel-url.js";
import { casesOf } from "../vectors.js";

interface UrlCase {
  readonly name: string;
  readonly kind: "new" | "connect" | "contact";
  readonly domainId: number;
  readonly tunnelId?: string;
  readonly routingId?: string;
  readonly contactId?: string;
  readonly url: string;
  readonly lowerCase?: true;
}

interface PathCase {
  readonly path: string;
  readonly valid: boolean;
  readonly method?: "new" | "connect";
  readonly routingId?: string;
  readonly tunnelId?: string;
}

/** The ids a published row has, all of them. */
function idsOf({ tunnelId, routingId, contactId }: Partial<UrlCase>) {
  return {
    ...(tunnelId !== undefined && { tunnelId: fromHex(tunnelId) }),
    ...(routingId !== undefined && { routingId: fromHex(routingId) }),
    ...(contactId !== undefined && { contactId: fromHex(contactId) }),
  };
}

describe("published URLs", () => {
  test.each(casesOf<UrlCase>("urls"))("$nr: $name", (row) => {
    const origin = originOf(tunnelHost(row.domainId, defaultCrypto) ?? "");
    const request = { method: row.kind, ...idsOf(row) } as TunnelRequest;
    expect(tunnelUrl(origin, request, { hexCase: row.lowerCase ? "lower" : "upper" })).toBe(row.url);
    expect(parseTunnelUrl(row.url)).toEqual({ origin, request });
  });

  test.each(casesOf<PathCase>("tunnelPaths"))("$nr: $path", ({ path, valid, method, ...row }) => {
    if (valid) {
      expect(parseTunnelPath(path)).toEqual({ method, ...idsOf(row) });
    } else {
      expect(() => parseTunnelPath(path)).toThrow(expect.objectContaining({ code: "TUNNEL_BAD_PATH" }));
    }
  });
});

test("Chromium's upper case is the default", () => {
  const tunnelId = fromHex("ab".repeat(16));
  expect(tunnelPath({ method: "new", tunnelId })).toBe(`/cable/new/${"AB".repeat(16)}`);
});

test.each([
  "/cable/contact/",
  "/cable/contact/A",
  "/cable/contact/AQ==",
  "/cable/contact/a/b",
  "/cable/contact/a+b",
])("%s contacts nobody", (path) => {
  expect(() => parseTunnelPath(path)).toThrow(expect.objectContaining({ code: "TUNNEL_BAD_PATH" }));
});

test.each([`/cable/new/${"ab".repeat(16)}?a=b`, `/cable/new/${"ab".repeat(16)}\n`])(
  "%j has something behind the id",
  (path) => {
    expect(() => parseTunnelPath(path)).toThrow(expect.objectContaining({ code: "TUNNEL_BAD_PATH" }));
  },
);

test.each(["https://a/cable/contact/AQ", "wss:///cable/contact/AQ", "wss://a", "/cable/contact/AQ"])(
  "%s is no URL of a tunnel",
  (url) => {
    expect(() => parseTunnelUrl(url)).toThrow(expect.objectContaining({ code: "TUNNEL_BAD_PATH" }));
  },
);

test("a relay of one's own may do without encryption and have a port", () => {
  expect(parseTunnelUrl("ws://127.0.0.1:8080/cable/contact/AQ")).toEqual({
    origin: "ws://127.0.0.1:8080",
    request: { method: "contact", contactId: Uint8Array.of(1) },
  });
});

test.each(["02655f", "02655F"])("%s is a routing id", (value) => {
  expect(toHex(parseRoutingId([value]))).toBe("02655f");
});

test.each([[[]], [["026555", "026555"]], [["0265"]], [["02655500"]], [["02655g"]], [["026555, 026555"]]])(
  "%j is not one routing id",
  (values) => {
    expect(() => parseRoutingId(values)).toThrow(expect.objectContaining({ code: "TUNNEL_BAD_ROUTING_ID" }));
  },
);
