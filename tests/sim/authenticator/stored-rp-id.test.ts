import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/core/bytes.js";
import { truncateRpId } from "../../../src/sim/authenticator/store/stored-name.js";

const ROOM = 32;

/** Source: CTAP 2.1 §6.8.7, the specification's own examples. */
const PUBLISHED = [
  ["example.com", "example.com"],
  ["myfidousingwebsite.hostingprovider.net", "\u2026ngwebsite.hostingprovider.net"],
  ["mygreatsite.hostingprovider.info", "mygreatsite.hostingprovider.info"],
  ["otherprotocol://myfidousingwebsite.hostingprovider.net", "otherprotocol:\u2026ingprovider.net"],
  ["veryexcessivelylargeprotocolname://example.com", "veryexcessivelylargeprotocolname"],
] as const;

describe("truncateRpId", () => {
  test.each(PUBLISHED)("%s", (rpId, kept) => {
    expect(truncateRpId(rpId, ROOM)).toBe(kept);
  });

  test("a scheme that leaves two bytes gets no ellipsis", () => {
    const scheme = `${"s".repeat(29)}:`;
    expect(truncateRpId(`${scheme}//example.com`, ROOM)).toBe(scheme);
  });

  test("a scheme that leaves three bytes gets one and nothing behind it", () => {
    const scheme = `${"s".repeat(28)}:`;
    expect(truncateRpId(`${scheme}//example.com`, ROOM)).toBe(`${scheme}\u2026`);
  });

  test("fits, and cuts no character in two, whatever it is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), (rpId) => {
        const kept = truncateRpId(rpId, ROOM);
        expect(utf8(kept).length).toBeLessThanOrEqual(ROOM);
        expect(new TextDecoder("utf-8", { fatal: true }).decode(utf8(kept))).toBe(kept);
        if (!rpId.includes("\ufffd")) expect(kept).not.toContain("\ufffd");
        expect(kept === rpId).toBe(utf8(rpId).length <= ROOM);
      }),
    );
  });
});
