import { seconds } from "../../diagnosis/evidence.js";
import type { Bar, Drawing, Lane, Mark, Span } from "./lanes.js";
import { markup, type Markup } from "./markup.js";
import type { ReportedRun } from "./run-of-trace.js";
import { FOLD_MS, spacedOut, timeScale, type TimeScale } from "./time-scale.js";
import { shortSeconds, spanOfMs, TONE_NAMES, TONE_SIGNS, toneOfRootCause } from "./words.js";

/** Percent of the width that labels of the axis keep from each other, wide and narrow. */
const APART = { wide: 5.5, narrow: 17 };

/** Percent of the width that is enough for words. */
const LATE_IN_WORDS = 12;

/** Width that many moments need to stay apart; below it the chart scrolls in its frame. */
const PX_PER_MOMENT = 9;
const MOMENTS_WITHOUT_SCROLLING = 36;

interface Chart {
  readonly drawing: Drawing;
  readonly run: ReportedRun;
  readonly scale: TimeScale;
}

/** The lanes: who did what when, with every timer from arming to its end. */
export function chartOf(run: ReportedRun, drawing: Drawing): Markup {
  const chart: Chart = { drawing, run, scale: scaleOf(drawing) };
  const { moments } = chart.scale;
  const room = moments > MOMENTS_WITHOUT_SCROLLING ? `--room:${moments * PX_PER_MOMENT}px` : "";
  return markup`<section class="card" aria-labelledby="timeline">
<h2 id="timeline">Timeline</h2>
<a class="skip" href="#events">Skip the chart: the same as a table</a>
<figure class="scroll" style="margin:0" aria-labelledby="timeline" aria-describedby="timeline-note">
<div class="plot" style="${room}">
<div class="behind" aria-hidden="true">${behind(chart)}</div>
<div class="axis" aria-hidden="true">${axis(chart)}</div>
<ol class="lanes">
${spans(chart)}${drawing.lanes.map((lane) => laneOf(lane, chart))}</ol>
</div>
</figure>
${legend()}
<p class="note" id="timeline-note">Time runs to the right and is stretched where much happens. A hatched column is a
pause of ${seconds(FOLD_MS)} or more, shown shorter than it was, with its length above. What is
tinted is time between a deadline and what came too late for it. Each mark leads to its row in
the table of events below.</p>
</section>`;
}

function scaleOf({ happenings, timers }: Drawing): TimeScale {
  return timeScale([
    ...happenings.map(({ record }) => record.atMs),
    ...timers.flatMap(({ armedAtMs, endedAtMs }) => [armedAtMs, endedAtMs ?? armedAtMs]),
  ]);
}

/** A place for a style attribute. */
function percent(value: number): string {
  return `${value.toFixed(2)}%`;
}

function behind({ drawing, run, scale }: Chart): readonly Markup[] {
  return [
    ...scale.folds.map(({ at }) => markup`<i class="fold" style="left:${percent(at)}"></i>`),
    ...lateBands(run).map(({ fromMs, toMs }) => {
      const left = scale.at(fromMs);
      return markup`<i class="late" style="left:${percent(left)};width:${percent(scale.at(toMs) - left)}"><b>${shortSeconds(toMs - fromMs)}${scale.at(toMs) - left > LATE_IN_WORDS ? " too late" : ""}</b></i>`;
    }),
    ...ticksOf(drawing, scale).map(
      ({ at, major }) =>
        markup`<i class="tick-line${major ? "" : " minor"}" style="left:${percent(at)}"></i>`,
    ),
    ...drawing.deciding.map(
      ({ firedAtMs }) => markup`<i class="fired-line" style="left:${percent(scale.at(firedAtMs))}"></i>`,
    ),
  ];
}

/** From a deadline to what came too late for it. */
function lateBands({ explanation }: ReportedRun) {
  return explanation.ceremonies.flatMap(({ decidedBy, marginMs }) =>
    decidedBy === undefined || marginMs === undefined || marginMs >= 0
      ? []
      : [{ fromMs: decidedBy.firedAtMs, toMs: decidedBy.firedAtMs - marginMs }],
  );
}

function axis({ drawing, scale }: Chart): readonly Markup[] {
  const folds = scale.folds.map((fold) => ({ ...fold, lengthMs: fold.toMs - fold.fromMs }));
  const longFirst = folds.toSorted((a, b) => b.lengthMs - a.lengthMs);
  const narrow = new Set(spacedOut(longFirst, APART.narrow));
  return [
    ...drawing.deciding.map(({ timer, firedAtMs }) => {
      const at = scale.at(firedAtMs);
      return markup`<span class="flag${side(at, 20)}" style="left:${percent(at)}">${timer} fired</span>`;
    }),
    ...ticksOf(drawing, scale).map(
      ({ at, ms, major }) =>
        markup`<span class="tick${major ? "" : " minor"}${side(at, 4)}" style="left:${percent(at)}">${shortSeconds(ms)}</span>`,
    ),
    ...spacedOut(longFirst, APART.wide).map(
      (fold) =>
        markup`<span class="pause${narrow.has(fold) ? "" : " minor"}" style="left:${percent(fold.at)}">${shortSeconds(fold.lengthMs)}</span>`,
    ),
  ];
}

/** Labels near an edge grow away from it. */
function side(at: number, edge: number): string {
  if (at < edge) return " start";
  return at > 100 - edge ? " end" : "";
}

interface Tick {
  readonly ms: number;
  readonly at: number;
  /** Kept on narrow screens. */
  readonly major: boolean;
}

/** Moments that get a label: whose timer fired, the ends, what the user saw, what came after a pause. */
function ticksOf({ deciding, happenings }: Drawing, scale: TimeScale): readonly Tick[] {
  const told = happenings.map(({ record }) => record);
  const places = [
    ...deciding.map(({ firedAtMs }) => firedAtMs),
    0,
    scale.endMs,
    ...told.filter(({ kind }) => kind === "user.saw").map(({ atMs }) => atMs),
    ...scale.folds.map(({ toMs }) => toMs),
    ...told.map(({ atMs }) => atMs),
  ].map((ms) => ({ ms, at: scale.at(ms) }));
  const major = new Set(spacedOut(places, APART.narrow).map(({ ms }) => ms));
  return spacedOut(places, APART.wide).map((place) => ({ ...place, major: major.has(place.ms) }));
}

/** Ceremonies as bars; those that overlap have rows of their own. */
function spans({ drawing, run, scale }: Chart): Markup | undefined {
  if (drawing.spans.length === 0) return undefined;
  const rows: { readonly bars: Markup[]; endMs: number }[] = [];
  for (const [index, span] of drawing.spans.entries()) {
    const bar = spanBar(span, { index, run, scale });
    const row = rows.find(({ endMs }) => endMs < span.fromMs);
    if (row === undefined) rows.push({ bars: [bar], endMs: span.toMs });
    else {
      row.bars.push(bar);
      row.endMs = Math.max(row.endMs, span.toMs);
    }
  }
  const bars = rows.map(({ bars: own }) => {
    return markup`<div class="spans-row">${own}</div>`;
  });
  return markup`<li class="lane"><h3>ceremonies</h3><div class="track">${bars}</div></li>
`;
}

interface SpanPlace extends Pick<Chart, "run" | "scale"> {
  readonly index: number;
}

function spanBar({ ceremony, fromMs, toMs }: Span, { index, run, scale }: SpanPlace): Markup {
  const account = run.explanation.ceremonies[index];
  const left = scale.at(fromMs);
  const width = `max(.6rem,${percent(scale.at(toMs) - left)})`;
  const name = `${ceremony.kind} ${ceremony.id}: ${account?.mechanism ?? "undecided"}`;
  const tone = toneOfRootCause(account?.mechanism);
  return markup`<a class="span ${tone}" href="#account-${index + 1}" style="left:${percent(left)};width:${width}" title="${name}"><bdi>${name}</bdi></a>`;
}

function laneOf({ actor, marks, rows }: Lane, { scale }: Chart): Markup {
  const own =
    marks.length === 0
      ? undefined
      : markup`<div class="marks">${marks.map((mark) => markOf(mark, scale))}</div>`;
  return markup`<li class="lane" data-actor="${actor}"><h3><bdi>${actor}</bdi></h3><div class="track">${own}${rows.map((row) => timerRow(row, scale))}</div></li>
`;
}

function markOf({ atMs, happenings, tone }: Mark, scale: TimeScale): Markup {
  const first = happenings.find((one) => one.tone === tone) ?? happenings[0];
  const told = `${seconds(atMs)}: ${happenings.map(({ text }) => text).join("; ")}`;
  return markup`<a class="mark ${tone}" style="left:${percent(scale.at(atMs))}" href="#event-${first?.number}" title="${told}" aria-label="${told}">${TONE_SIGNS[tone]}</a>`;
}

/** Bars past this part of the width get their name on the other side. */
const NAME_TURNS_AT = 55;

function timerRow(row: readonly Bar[], scale: TimeScale): Markup {
  const [first] = row;
  if (first === undefined) return markup``;
  const left = scale.at(first.armedAtMs);
  const place = left > NAME_TURNS_AT ? "right:0" : `left:${percent(left)}`;
  const decided = row.some(({ deciding }) => deciding);
  const fired = row.some(({ end }) => end === "fired") ? ", fired" : "";
  return markup`<div class="timer${decided ? " decided" : ""}" aria-hidden="true"><span class="name" style="${place}">${first.timer} ${spanOfMs(first.budgetMs)}${fired}</span>${row.map((bar) => barOf(bar, scale))}</div>`;
}

function barOf(bar: Bar, scale: TimeScale): Markup {
  const { timer, budgetMs, armedAtMs, endedAtMs = scale.endMs, end, deciding } = bar;
  const [left, right] = [scale.at(armedAtMs), scale.at(endedAtMs)];
  const told = `${timer}, ${spanOfMs(budgetMs)}, armed at ${seconds(armedAtMs)}, ${end}${bar.endedAtMs === undefined ? "" : ` at ${seconds(endedAtMs)}`}`;
  const deadlineMs = armedAtMs + budgetMs;
  const slack =
    end === "disarmed" && deadlineMs <= scale.endMs
      ? markup`<span class="slack" style="left:${percent(right)};width:${percent(scale.at(deadlineMs) - right)}"></span>`
      : undefined;
  return markup`${slack}<span class="bar ${end}${deciding ? " deciding" : ""}" style="left:${percent(left)};width:${percent(right - left)}" title="${told}"></span>`;
}

function legend(): Markup {
  const tones = (["wire", "user", "good", "bad", "fault"] as const).map(
    (tone) =>
      markup`<li><span class="mark ${tone}" aria-hidden="true">${TONE_SIGNS[tone]}</span>${TONE_NAMES[tone]}</li>`,
  );
  return markup`<ul class="legend" aria-label="Legend">${tones}
<li><span class="bar" aria-hidden="true"></span>timer, disarmed in time</li>
<li><span class="bar fired" aria-hidden="true"></span>timer that fired</li>
<li><span class="fold" aria-hidden="true"></span>folded pause</li></ul>`;
}
