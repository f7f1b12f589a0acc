import { FRAME } from "../../../src/core/events/frame.js";
import type { Member, Members } from "../../../src/core/events/member.js";
import { type EventKind, membersOf } from "../../../src/core/events/table.js";

/** Values that a member may hold, as JSON has them. */
export function valuesOf(member: Member): readonly unknown[] {
  switch (member.type) {
    case "text":
      return ["", "a text"];
    case "name":
      return ["a name"];
    case "count":
      return [0, 400];
    case "instant":
      return [0, 0.5];
    case "milliseconds":
      return [null, 60_000];
    case "flag":
      return [true, false];
    case "list":
      return [[], ["a", "b"]];
    case "word":
      return member.words;
  }
}

/** Records of one kind as JSON has them: each value of each member once, with and without the optional members. */
export function samplesOf(kind: EventKind): readonly Readonly<Record<string, unknown>>[] {
  const members: Members = { ...FRAME, ...membersOf(kind) };
  const base = (withOptional: boolean) =>
    Object.fromEntries(
      Object.entries(members)
        .filter(([, { optional }]) => withOptional || optional !== true)
        .map(([name, member]) => [name, valuesOf(member)[0]]),
    );
  const full = base(true);
  const varied = Object.entries(members).flatMap(([name, member]) =>
    valuesOf(member).map((value) => ({ ...full, [name]: value })),
  );
  return [base(false), full, ...varied].map((record) => ({ ...record, kind }));
}
