import { durationText, event, NOT_SHOWN } from "./event.js";
import { milliseconds, text } from "./member.js";

/** `timer` is the timer's name, such as `client.ceremony`; `id` distinguishes two uses of the timer. */
const TIMER = { timer: text, budgetMs: milliseconds, id: text } as const;

/** Every budget, with its owner in `actor`; emitted by core/timer.ts alone. */
export const TIMER_EVENTS = {
  "timer.armed": event(TIMER, { text: NOT_SHOWN, tone: "wire" }),
  "timer.disarmed": event(TIMER, { text: NOT_SHOWN, tone: "wire" }),
  "timer.fired": event(TIMER, {
    text: ({ timer, budgetMs }) => `TIMER ${timer} fired after ${durationText(budgetMs)}`,
    tone: "bad",
  }),
} as const;
