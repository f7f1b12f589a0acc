import type { Bar, Drawing, Happening } from "./lanes.js";
import { markup, type Markup } from "./markup.js";
import { oddities, type Oddity } from "./oddities.js";
import type { ReportedRun } from "./run-of-trace.js";
import { shortSeconds, spanOfMs, TONE_NAMES, TONE_SIGNS } from "./words.js";

/** The timeline for those who read rather than look, and the target of its marks. */
export function eventsOf({ happenings }: Drawing): Markup {
  return markup`<section class="card long"><details open><summary id="events">Every event</summary>
<table>
<caption>The timeline as a table; times count from the beginning of the trace.</caption>
<thead><tr><th scope="col" class="number">Seconds</th><th scope="col">Who</th><th scope="col">What happened</th><th scope="col" class="tone"><span class="unseen">How it went</span></th></tr></thead>
<tbody>
${happenings.map(eventRow)}</tbody>
</table>
</details></section>`;
}

function eventRow({ number, record, text, tone }: Happening): Markup {
  const how =
    tone === "wire" || tone === "user"
      ? undefined
      : markup`<span title="${TONE_NAMES[tone]}" aria-label="${TONE_NAMES[tone]}" role="img">${TONE_SIGNS[tone]}</span>`;
  return markup`<tr id="event-${number}" class="${tone}"><td class="number">${(record.atMs / 1000).toFixed(3)}</td>${nameCell(record.actor)}<td><bdi>${text}</bdi></td><td class="tone">${how}</td></tr>
`;
}

/** Every budget with its owner and its end. */
export function timersOf({ timers }: Drawing): Markup | undefined {
  if (timers.length === 0) return undefined;
  return markup`<section class="card long" aria-labelledby="timers">
<h2 id="timers">Timers</h2>
<table>
<thead><tr><th scope="col">Timer</th><th scope="col" class="wide-only">Owner</th><th scope="col" class="number">Armed</th><th scope="col" class="number">Budget</th><th scope="col">End</th></tr></thead>
<tbody>
${timers.map(timerRow)}</tbody>
</table>
</section>`;
}

function timerRow({ timer, owner, armedAtMs, budgetMs, end, endedAtMs, deciding }: Bar): Markup {
  const at =
    endedAtMs === undefined ? undefined : markup` at <span class="whole">${shortSeconds(endedAtMs)}</span>`;
  const decided = deciding ? markup` <strong>(decided)</strong>` : undefined;
  const under = markup`<small class="narrow-only"><bdi>${owner}</bdi></small>`;
  return markup`<tr${end === "fired" ? TOLD : undefined}>${nameCell(timer, [decided, under])}<td class="wide-only"><bdi>${owner}</bdi></td><td class="number">${shortSeconds(armedAtMs)}</td><td class="number">${spanOfMs(budgetMs)}</td><td>${end}${at}</td></tr>
`;
}

/** Longer names than this may break anywhere, or they would push the table off the page. */
const WHOLE_NAME_MAX = 18;

function nameCell(name: string, more?: readonly (Markup | undefined)[]): Markup {
  const whole = name.length <= WHOLE_NAME_MAX ? markup` class="whole"` : undefined;
  return markup`<td><bdi${whole}>${name}</bdi>${more}</td>`;
}

const TOLD = markup` class="bad told"`;

type LedgerTable = readonly [title: string, items: Oddity, trouble?: true];

/** Who holds what in the end. */
export function ledgerTables(run: ReportedRun): Markup {
  const { keys, rows, flags, mails } = run.ledger.entries;
  const { orphans, ghosts } = oddities(run);
  const ledgerCounts: readonly LedgerTable[] = [
    [
      "Keys on authenticators",
      keys.map(({ credential, authenticator }) => `${credential} on ${authenticator}`),
    ],
    [
      "Rows at the site",
      rows.map(({ credential, visible }) => (visible ? credential : `${credential}, not yet visible`)),
    ],
    ["Account flags that are on", Object.keys(flags).filter((flag) => flags[flag])],
    ["Mails", mails.map(({ subject, stage }) => `"${subject}" ${stage}`)],
    ["Orphans: keys no site knows", orphans, true],
    ["Ghosts: rows whose key is nowhere", ghosts, true],
  ];
  return markup`<section class="card" aria-labelledby="books">
<h2 id="books">Ledger</h2>
<table>
<thead><tr><th scope="col">List</th><th scope="col">Entries at the end</th></tr></thead>
<tbody>
${ledgerCounts.map(ledgerTableRow)}</tbody>
</table>
</section>`;
}

function ledgerTableRow([title, items, trouble]: LedgerTable): Markup {
  const list = typeof items === "string" ? items : items.length === 0 ? "none" : items.join(", ");
  const told = trouble && typeof items === "object" && items.length > 0;
  return markup`<tr${told ? TOLD : undefined}><th scope="row">${title}</th><td><bdi>${list}</bdi></td></tr>
`;
}
