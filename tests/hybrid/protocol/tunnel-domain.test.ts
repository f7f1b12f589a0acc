import { describe, expect, test } from "vitest";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { isTunnelCode, tunnelHost } from "../../../src/hybrid/protocol/tunnel-domain.js";
import { casesOf, PROVIDERS } from "../vectors.js";

interface DomainCase {
  readonly name: string;
  readonly id: number;
  readonly domain: string | null;
}

describe.each(PROVIDERS)("$name", (crypto) => {
  test.each(casesOf<DomainCase>("tunnelDomain"))("$nr: $name", ({ id, domain }) => {
    expect(tunnelHost(id, crypto)).toBe(domain ?? undefined);
    expect(isTunnelCode(id)).toBe(domain !== null);
  });
});

test.each([-1, 65_536, 1.5, NaN])("%d is no code", (code) => {
  expect(() => tunnelHost(code, defaultCrypto)).toThrow(RangeError);
});

test("every code from 256 on has a host, and labels are 10 to 13 characters", () => {
  const lengths = new Map<number, number>();
  for (let code = 256; code <= 0xffff; code++) {
    const label = tunnelHost(code, defaultCrypto)?.split(".")[1] ?? "";
    lengths.set(label.length, (lengths.get(label.length) ?? 0) + 1);
  }
  expect([...lengths.keys()].sort((a, b) => a - b)).toEqual([10, 11, 12, 13]);
  // Counted by another implementation.
  expect(lengths.get(13)).toBe(48_974);
});
