/** Writes docs/comparison.md from docs/comparison.json, which `npm run compare` measures. */
import { readFileSync } from "node:fs";
import { CASE_GROUPS } from "../../tests/page/semantics/all-cases.js";
import type { ComparedWay, ComparisonRecord } from "./comparison-record.js";

interface WayText {
  readonly title: string;
  /** How the story of the late user was told, and how well. */
  readonly story: string;
  /** What it can say beside that; read in its documentation. */
  readonly can: string;
  readonly cannot: string;
}

const TEXTS: Readonly<Record<string, WayText>> = {
  harness: {
    title: "passkey-harness",
    story: "the user's delay is a knob; page, network and authenticator are led by one clock",
    can: "late, lost and refused answers, faults, several devices, phones, PIN, attestation, extensions, client profiles, the verdict and its timeline",
    cannot: "make the browser show its own dialogs; be in the page without a script there",
  },
  playwright: {
    title: "Playwright `context.credentials` and `page.clock`",
    story: "the delay is a wrapper around create() in the page; the clock is stepped by hand",
    can: "ES256 passkeys in all three browsers, made in advance, saved with the storage state; one line for a happy path",
    cannot:
      "leave a request unanswered, refuse one, obey `signal` and `timeout`, other algorithms, attestation, extensions; say whose timer it was",
  },
  emulator: {
    title: "nid-webauthn-emulator and `page.clock`",
    story: "the delay is a promise in the test, resolved by hand between two steps of the clock",
    can: "ES256, RS256 and EdDSA, user presence and verification by setting, credentials in a file, related origins, Signal API",
    cannot:
      "PIN, the browser's errors and abort of a pending request, faults of links; say whose timer it was",
  },
  devtools: {
    title: "Chromium's virtual authenticator (DevTools protocol) and `page.clock`",
    story:
      "cannot be told: a pending request is not answered when presence is switched on later, so no passkey comes to be",
    can: "the browser's own semantics throughout, several authenticators and transports, largeBlob, prf, credBlob",
    cannot: "answer late, any browser but Chromium, faults; say whose timer it was",
  },
};

/** Returns the page. */
export function comparisonPage(): string {
  const { chromium, cases, ways } = JSON.parse(
    readFileSync(new URL("../../docs/comparison.json", import.meta.url), "utf8"),
  ) as ComparisonRecord;
  const untouched = CASE_GROUPS.flatMap((group) => group.cases).filter(
    (one) => one.isUntouched === true,
  ).length;
  return [
    "# Compared with other ways",
    "",
    "One page and one story: a page that shows an error after 60 s, and a user who touches the key after 98 s. Each way is told in",
    "`scripts/comparison/late-user.ts`, the lines between its marks are counted, and `npm run compare` measures it; this page is made from",
    `\`docs/comparison.json\` by \`npm run docs\`. Chromium ${chromium}, median of three runs; compare the seconds with each other only.`,
    "",
    "| Way | Lines | Seconds | Error shown | Passkey made | Says whose timer | Cases like the browser |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...ways.map((way) => row(way, cases)),
    "",
    `Cases like the browser: of the ${cases} scripts of [what a page sees](page-semantics.md), how many come to the same as in an unmodified`,
    `Chromium with its own virtual authenticator, which is the measure and so has none of its own. ${untouched} of them wait for a user who`,
    "does not touch, which two of the ways do not have. The second table is no measurement: it says what their documentation says.",
    "",
    "| Way | The story | Can | Cannot |",
    "| --- | --- | --- | --- |",
    ...ways.map(({ id }) => {
      const { title, story, can, cannot } = textOf(id);
      return `| ${title} | ${story} | ${can} | ${cannot} |`;
    }),
    "",
    "The harness's verdict:",
    "",
    ...ways.flatMap(({ verdict }) => (verdict === undefined ? [] : [`> ${verdict}`])),
    "",
  ].join("\n");
}

function row({ id, lines, seconds, text, passkeys, verdict, differing }: ComparedWay, cases: number): string {
  const isShown = text !== null && text !== "";
  const alike = differing === undefined ? "-" : `${cases - differing.length} of ${cases}`;
  const cells = [
    isShown ? "yes" : "no",
    passkeys > 0 ? "yes" : "no",
    verdict === undefined ? "no" : "yes",
    alike,
  ];
  return `| ${textOf(id).title} | ${lines} | ${seconds} | ${cells.join(" | ")} |`;
}

function textOf(id: string): WayText {
  const text = TEXTS[id];
  if (text === undefined) throw new Error(`docs/comparison.json: nothing is written about ${id}`);
  return text;
}
