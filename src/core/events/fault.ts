import { event } from "./event.js";
import { text } from "./member.js";

/** What the run injected on purpose. */
export const FAULT_EVENTS = {
  "fault.injected": event(
    { rule: text, effect: text },
    { text: ({ rule, effect }) => `fault ${rule}: ${effect}`, tone: "fault" },
  ),
} as const;
