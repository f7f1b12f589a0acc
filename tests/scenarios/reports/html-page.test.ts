/** The page as a browser shows it, at the widths of a desk and of a hand. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { toHtml } from "../../../src/scenarios/reports/html.js";
import { runScenario } from "../../../src/scenarios/run.js";
import { CHROMIUM, Chromium } from "../../helpers/chromium.js";
import { hostileRun } from "./hostile.js";

if (CHROMIUM === undefined)
  console.log("html-page.test.ts skips: Chromium is not installed (Debian package chromium)");

interface Box {
  readonly name: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly height: number;
  readonly clipped: boolean;
}

/** Where things are, and whether something hides a part of their text. */
const boxesOf = (selector: string) => `
  [...document.querySelectorAll(${JSON.stringify(selector)})].map((element) => {
    const { left, right, top, height } = element.getBoundingClientRect();
    const clipped = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== "visible";
    return { name: element.className + " " + element.textContent.slice(0, 40), left, right, top, height, clipped };
  })`;

describe.skipIf(CHROMIUM === undefined)("in Chromium", () => {
  let chromium: Chromium;
  let html: string;
  let pictures: string;

  beforeAll(async () => {
    pictures = process.env["HARNESS_PICTURES"] ?? mkdtempSync(join(tmpdir(), "passkey-harness-page-"));
    chromium = await Chromium.launch(CHROMIUM as string);
    html = toHtml(await runScenario(scenarioNamed("page-guard-late-mail"), { seed: "1" }));
  }, 60_000);
  afterAll(() => chromium.close());

  describe.each([
    { width: 1280, height: 900 },
    { width: 390, height: 844 },
    { width: 1280, height: 900, dark: true },
    { width: 390, height: 844, dark: true },
  ])("at $width px, dark: $dark", (view) => {
    beforeAll(async () => {
      await chromium.show(html, view);
      const name = `late-mail-${view.width}${view.dark ? "-dark" : ""}.png`;
      writeFileSync(join(pictures, name), await chromium.screenshot(true));
    });

    test("the page does not run over to the side", async () => {
      expect(await chromium.evaluate<number>("document.documentElement.scrollWidth")).toBe(view.width);
    });

    test("the verdict is on the first screen, whole", async () => {
      const [verdict] = await chromium.evaluate<Box[]>(boxesOf("#verdict .says"));
      expect(verdict?.name).toContain("page.guard fired first");
      expect(verdict?.top).toBeGreaterThan(0);
      expect((verdict?.top ?? 0) + (verdict?.height ?? 0)).toBeLessThanOrEqual(view.height);
      expect([
        verdict?.clipped,
        (verdict?.left ?? -1) >= 0,
        (verdict?.right ?? Infinity) <= view.width,
      ]).toEqual([false, true, true]);
    });

    test("every lane with its name, marks and bars is between the edges", async () => {
      const lanes = await chromium.evaluate<Box[]>(boxesOf(".lane"));
      expect(lanes.length).toBe(9);
      expect(lanes.filter(({ height }) => height < 20)).toEqual([]);
      const boxes = await chromium.evaluate<Box[]>(
        boxesOf(".lane, .lane h3, .mark, .bar, .timer .name, .axis span, .span"),
      );
      expect(boxes.length).toBeGreaterThan(60);
      expect(boxes.filter(({ left, right }) => left < 0 || right > view.width)).toEqual([]);
    });

    test("no name of a lane or timer is cut", async () => {
      const names = await chromium.evaluate<Box[]>(boxesOf(".lane h3, .timer .name"));
      expect(names.filter(({ clipped }) => clipped)).toEqual([]);
    });

    test("labels of the axis do not run into each other", async () => {
      for (const row of [".axis .tick", ".axis .pause"]) {
        const labels = (await chromium.evaluate<Box[]>(boxesOf(row)))
          .filter(({ height }) => height > 0)
          .sort((a, b) => a.left - b.left);
        expect(labels.length).toBeGreaterThan(2);
        const touching = labels.filter(
          (label, index) => index > 0 && label.left < (labels[index - 1] as Box).right,
        );
        expect(touching, row).toEqual([]);
      }
    });

    test("text stands out from its ground as WCAG AA asks", async () => {
      const faint = await chromium.evaluate<{ text: string; ratio: number }[]>(CONTRASTS);
      expect(faint).toEqual([]);
    });
  });

  test("hostile text runs nothing and changes nothing", async () => {
    await chromium.show(toHtml(hostileRun()), { width: 390, height: 844 });
    expect(await chromium.evaluate("document.scripts.length + document.images.length")).toBe(0);
    expect(await chromium.evaluate("document.title")).not.toBe("owned");
    expect(await chromium.evaluate("document.querySelectorAll('[onmouseover],[onerror]').length")).toBe(0);
    expect(await chromium.evaluate("document.documentElement.scrollWidth")).toBe(390);
  });
});

/** Elements with text of their own whose contrast is below 4.5, by the formula of WCAG 2.2. */
const CONTRASTS = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("body *")]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .map((element) => {
      const [a, b] = [channels(getComputedStyle(element).color), ground(element)].map(luminance);
      return { text: element.textContent.slice(0, 30), ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
    })
    .filter(({ ratio }) => !(ratio >= 4.5));
})()`;
