import { describe, expect, test } from "vitest";
import { resolveRpId } from "../../src/webauthn/rp-id.js";

describe("an rp id the page may use", () => {
  const GOOD: readonly (readonly [why: string, origin: string, wanted: string | undefined, rpId: string])[] =
    [
      ["none wished for: the page's domain", "https://login.example.com", undefined, "login.example.com"],
      ["the page's domain", "https://example.com", "example.com", "example.com"],
      ["a parent domain", "https://login.example.com", "example.com", "example.com"],
      ["a port changes nothing", "https://example.com:8443", "example.com", "example.com"],
      ["http on localhost", "http://localhost:3000", "localhost", "localhost"],
      ["http below localhost", "http://app.localhost", "app.localhost", "app.localhost"],
    ];

  test.each(GOOD)("%s", (_, origin, wanted, rpId) => {
    expect(resolveRpId({ origin, rpId: wanted })).toBe(rpId);
  });
});

describe("a refused pair", () => {
  const BAD: readonly (readonly [why: string, origin: string, wanted: string | undefined, code: string])[] = [
    ["another site", "https://example.com", "example.org", "RP_ID_NOT_ALLOWED"],
    ["a subdomain", "https://example.com", "login.example.com", "RP_ID_NOT_ALLOWED"],
    ["the end of a label", "https://badexample.com", "example.com", "RP_ID_NOT_ALLOWED"],
    ["a top level domain", "https://example.com", "com", "RP_ID_NOT_ALLOWED"],
    ["localhost as a parent", "http://app.localhost", "localhost", "RP_ID_NOT_ALLOWED"],
    ["an empty one", "https://example.com", "", "RP_ID_NOT_ALLOWED"],
    ["http", "http://example.com", "example.com", "ORIGIN_NOT_ALLOWED"],
    ["an IPv4 address", "https://127.0.0.1", undefined, "ORIGIN_NOT_ALLOWED"],
    ["an IPv6 address", "https://[::1]", undefined, "ORIGIN_NOT_ALLOWED"],
    ["not an origin", "example.com", undefined, "ORIGIN_NOT_ALLOWED"],
    ["a path after the origin", "https://example.com/login", undefined, "ORIGIN_NOT_ALLOWED"],
    ["an opaque origin", "null", undefined, "ORIGIN_OPAQUE"],
    ["a file", "file:///index.html", undefined, "ORIGIN_NOT_ALLOWED"],
  ];

  test.each(BAD)("%s", (_, origin, wanted, code) => {
    expect(() => resolveRpId({ origin, rpId: wanted })).toThrow(
      expect.objectContaining({ code, aftermath: "none" }),
    );
  });

  test("a public suffix that only a list knows, when a list is given", () => {
    const input = { origin: "https://example.co.uk", rpId: "co.uk" };
    const isPublicSuffix = (domain: string) => domain === "co.uk";
    expect(() => resolveRpId({ ...input, isPublicSuffix })).toThrow(
      expect.objectContaining({ code: "RP_ID_NOT_ALLOWED" }),
    );
    // The built-in rule cannot know better; the docstring says so.
    expect(resolveRpId(input)).toBe("co.uk");
  });
});
