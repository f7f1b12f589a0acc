import { describe, expect, test } from "vitest";
import { CookieJar } from "../../../src/sim/attached-rp/cookie-jar.js";

const AT = new URL("https://shop.example.com/account/login");

function jarWith(...headers: readonly string[]): CookieJar {
  const jar = new CookieJar(() => 1_000);
  for (const header of headers) jar.store(header, AT);
  return jar;
}

describe("a cookie jar", () => {
  /** Source: RFC 6265 §3.1 (examples), §5.1.3 to §5.4; RFC 6265bis §4.1.3 for the prefixes. */
  test.each([
    [
      "sends what it was given",
      "SID=31d4d96e407aad42; Path=/; Secure; HttpOnly",
      "/",
      "SID=31d4d96e407aad42",
    ],
    ["keeps an equals sign in a value", "a=b=c; Path=/", "/", "a=b=c"],
    ["keeps a cookie without a path to the folder it came from", "a=1", "/account/x", "a=1"],
    ["sends such a cookie nowhere else", "a=1", "/", undefined],
    ["matches paths by whole segments", "a=1; Path=/acc", "/account", undefined],
    ["matches paths below", "a=1; Path=/account/", "/account/x", "a=1"],
    ["leaves out what has no name", "=1; Path=/", "/", undefined],
    ["leaves out what is no pair", "novalue", "/", undefined],
    ["drops what is past its age", "a=1; Path=/; Max-Age=0", "/", undefined],
    ["keeps what has an age", "a=1; Path=/; Max-Age=10", "/", "a=1"],
    ["drops what has expired", "a=1; Path=/; Expires=Wed, 09 Jun 1965 10:18:14 GMT", "/", undefined],
    [
      "takes Max-Age before Expires",
      "a=1; Path=/; Max-Age=9; Expires=Wed, 09 Jun 1965 10:18:14 GMT",
      "/",
      "a=1",
    ],
    ["takes a parent domain", "a=1; Path=/; Domain=example.com", "/", "a=1"],
    ["takes a parent domain with its dot", "a=1; Path=/; Domain=.example.com", "/", "a=1"],
    ["refuses a domain of others", "a=1; Path=/; Domain=other.com", "/", undefined],
    ["refuses a domain that only ends alike", "a=1; Path=/; Domain=le.com", "/", undefined],
    ["refuses a whole top level", "a=1; Path=/; Domain=com", "/", undefined],
    ["takes a __Host- cookie that keeps its promise", "__Host-a=1; Path=/; Secure", "/", "__Host-a=1"],
    [
      "refuses a __Host- cookie for a domain",
      "__Host-a=1; Path=/; Secure; Domain=example.com",
      "/",
      undefined,
    ],
    ["refuses a __Secure- cookie that is not", "__Secure-a=1; Path=/", "/", undefined],
  ])("%s", (_, header, path, sent) => {
    expect(jarWith(header).header(new URL(path, AT))).toBe(sent);
  });

  test("sends longer paths first, and renews a cookie in its place", () => {
    const jar = jarWith("a=1; Path=/", "b=2; Path=/account", "c=3; Path=/", "a=4; Path=/");
    expect(jar.header(AT)).toBe("b=2; a=4; c=3");
  });

  test("sends host cookies to no subdomain, and domain cookies to every one", () => {
    const jar = jarWith("own=1; Path=/", "all=2; Path=/; Domain=shop.example.com");
    expect(jar.header(new URL("https://api.shop.example.com/"))).toBe("all=2");
  });

  test("sends a secure cookie over TLS and to the machine itself only", () => {
    const jar = new CookieJar(() => 0);
    jar.store("s=1; Secure; Path=/", new URL("http://localhost:1/"));
    expect(jar.header(new URL("http://localhost:2/"))).toBe("s=1");
    jar.store("t=1; Secure; Path=/", new URL("http://shop.example.com/"));
    expect(jar.header(new URL("https://shop.example.com/"))).toBeUndefined();
  });

  test("forgets a cookie whose age runs out between two requests", () => {
    let nowMs = 0;
    const jar = new CookieJar(() => nowMs);
    jar.store("a=1; Path=/; Max-Age=5", AT);
    nowMs = 4_999;
    expect(jar.header(AT)).toBe("a=1");
    nowMs = 5_000;
    expect(jar.header(AT)).toBeUndefined();
  });
});

/** Far more than either takes where time grows with the number; quadratic growth takes more than ten times as much. */
const CPU_MS_MAX = 3_000;

test("time grows with the cookies, not with their square", () => {
  const began = process.cpuUsage();
  const jar = new CookieJar(() => 1_000);
  const count = 60_000;
  for (let nr = 0; nr < count; nr++) jar.store(`c${nr}=v${nr}; Path=/`, AT);
  // One that is renewed keeps its place.
  jar.store("c0=again; Path=/", AT);
  expect(jar.header(AT)?.startsWith("c0=again; c1=v1; ")).toBe(true);
  expect(jar.secrets).toHaveLength(count);
  expect(process.cpuUsage(began).user / 1_000).toBeLessThan(CPU_MS_MAX);
});

test("a cookie that expires later is gone, and so is its value", () => {
  let nowMs = 1_000;
  const jar = new CookieJar(() => nowMs);
  jar.store("a=1; Path=/; Max-Age=10", AT);
  jar.store("b=2; Path=/", AT);
  nowMs += 10_000;
  expect(jar.valueOf("a")).toBeUndefined();
  expect(jar.header(AT)).toBe("b=2");
  expect(jar.secrets).toEqual(["2"]);
});
