import { readFileSync } from "node:fs";
import { PNG } from "pngjs";
import { encode } from "uqr";
import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../src/core/virtual-clock.js";
import { readQrImage } from "../../src/cli/device/read-qr.js";
import { showQr } from "../../src/cli/device/show-qr.js";
import type { Terminal } from "../../src/cli/terminal.js";
import { casesOf } from "../hybrid/vectors.js";

const CODE = casesOf<{ readonly url: string }>("qr")[0]?.url as string;

const PIXELS = 6;

/** A picture of these modules; true is dark. */
function pictureOf(modules: readonly (readonly boolean[])[]): Uint8Array {
  const png = new PNG({ width: (modules[0]?.length ?? 0) * PIXELS, height: modules.length * PIXELS });
  for (let y = 0; y < png.height; y++) {
    for (let x = 0; x < png.width; x++) {
      const dark = modules[Math.floor(y / PIXELS)]?.[Math.floor(x / PIXELS)];
      png.data.set(dark ? [0, 0, 0, 255] : [255, 255, 255, 255], (y * png.width + x) * 4);
    }
  }
  return PNG.sync.write(png);
}

function fakeTerminal(json: boolean) {
  const lines: string[] = [];
  const statuses: string[] = [];
  const terminal: Terminal = {
    json,
    color: false,
    columns: undefined,
    out: () => {
      throw new Error("stdout is for results");
    },
    progress: () => {},
    status: (line) => void statuses.push(line),
    warn: (line) => void lines.push(line),
    style: (_, text) => text,
  };
  return { terminal, lines, statuses };
}

describe("a picture of a code", () => {
  test("is read", async () => {
    expect(await readQrImage(pictureOf(encode(CODE, { border: 4 }).data), "code.png")).toBe(CODE);
  });

  test("is read off a screenshot of a browser that draws dots and a picture in the middle", async () => {
    const screenshot = readFileSync(new URL("../vectors/chromium-156-passkey-dialog.png", import.meta.url));
    expect(await readQrImage(screenshot, "screenshot.png")).toMatch(/^FIDO:\/365972579748/);
  });

  test.each([
    ["a blank picture", pictureOf(Array.from({ length: 40 }, () => Array<boolean>(40).fill(false)))],
    ["something else", Uint8Array.of(1, 2, 3)],
  ])("%s is refused", async (_, bytes) => {
    await expect(readQrImage(bytes, "picture.png")).rejects.toMatchObject({ code: "ENVIRONMENT" });
  });
});

describe("a code on the screen", () => {
  test("can be read off it, stands there as text too, and the seconds count down", async () => {
    const clock = new VirtualClock();
    const { terminal, lines, statuses } = fakeTerminal(false);
    const shown = showQr(clock, terminal, CODE, 60_000);
    // Each character is two modules, one above the other; a drawn one is light.
    const rows = lines.filter((line) => /[█▀▄]/.test(line));
    const modules = rows.flatMap((row) => [
      Array.from(row, (cell) => cell !== "█" && cell !== "▀"),
      Array.from(row, (cell) => cell !== "█" && cell !== "▄"),
    ]);
    const margin = Array<boolean>(modules[0]?.length ?? 0).fill(false);
    expect(await readQrImage(pictureOf([margin, ...modules.slice(0, -1), margin]), "screen")).toBe(CODE);
    expect(lines).toContain(CODE);
    expect(lines.at(-1)).toContain("within 60 s");

    await clock.run(new Promise<void>((resolve) => clock.arm(2_500, "test", resolve)));
    shown.hide();
    expect(statuses).toEqual(["59 s left", "58 s left", ""]);
  });

  test("is text alone where a program listens", () => {
    const { terminal, lines } = fakeTerminal(true);
    showQr(new VirtualClock(), terminal, CODE, 60_000);
    expect(lines).toEqual([CODE]);
  });
});

describe("a picture that is larger than a picture of a code can be", () => {
  /** The first bytes of a PNG that claims this size, and nothing behind them. */
  function claiming(width: number, height: number, interlace = 0): Uint8Array {
    const bytes = Buffer.alloc(69);
    bytes.write("\x89PNG\r\n\x1a\n", "latin1");
    bytes.writeUInt32BE(13, 8);
    bytes.write("IHDR", 12, "latin1");
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    bytes[28] = interlace;
    return bytes;
  }

  test.each([
    [1, 2 ** 31 - 1],
    [20_000, 20_000],
    [2 ** 32 - 1, 2 ** 32 - 1],
  ])("%i x %i pixels: refused by its head, with the limit's name", async (width, height) => {
    await expect(readQrImage(claiming(width, height), "tall.png")).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: `tall.png has ${width} x ${height} pixels, more than the limit of 33554432 pixels`,
    });
  });

  test("an interlaced one, whose unpacking has no limit, is refused", async () => {
    await expect(readQrImage(claiming(10, 10, 1), "x.png")).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: "x.png is an interlaced PNG",
    });
  });
});
