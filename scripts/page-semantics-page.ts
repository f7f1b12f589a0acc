/** Writes docs/page-semantics.md from the cases that tests/page/semantics.test.ts runs in both browsers. */
import { CASE_GROUPS } from "../tests/page/semantics/all-cases.js";
import { pageSemanticsUsb } from "./page-semantics-usb.js";

/** Returns the page. */
export function pageSemanticsPage(): string {
  const cases = CASE_GROUPS.flatMap((group) => group.cases);
  const differing = cases.filter(({ differs }) => differs !== undefined);
  return [
    "# What a page sees",
    "",
    "Each case below is one script. `tests/page/semantics.test.ts` runs it in an unmodified Chromium with its own virtual",
    "security key (DevTools protocol, `WebAuthn.addVirtualAuthenticator`), and in the same Chromium with the harness in its",
    "place (client profile `chrome-floor3m`), and compares what the two came to: results, names of errors and their classes,",
    "property descriptors, shapes of objects. Where they differ without a reason in this table, the test fails; where a reason",
    "stands here and they do not differ any more, it fails as well.",
    "",
    `${cases.length} cases, ${cases.length - differing.length} the same, ${differing.length} with a difference that has a reason.`,
    "",
    "Not compared, because a headless browser cannot show it: a tab without the focus (measured in the lab, client profile",
    "member `focusCheckedAtCall`), and the browser's own dialogs.",
    ...CASE_GROUPS.flatMap(({ title, cases: ofGroup }) => [
      "",
      `## ${title}`,
      "",
      "| Case | What is compared | Result |",
      "| --- | --- | --- |",
      ...ofGroup.map(
        ({ id, about, differs }) =>
          `| \`${id}\` | ${about} | ${differs === undefined ? "same" : `differs: ${differs}`} |`,
      ),
    ]),
    "",
    ...pageSemanticsUsb(),
    "",
  ].join("\n");
}
