import { FRAME } from "../../core/events/frame.js";
import type { Member } from "../../core/events/member.js";
import { EVENT_KINDS, type EventKind, membersOf } from "../../core/events/table.js";
import { CONSEQUENCES } from "../../diagnosis/consequences.js";
import { ROOT_CAUSE_IDS } from "../../diagnosis/rules/registry.js";
import type { PartialExpectation } from "../expectation.js";
import type { MemberShape, ObjectShape, Shape } from "../../core/shape.js";

/** Kinds of records that a layer of promises may speak of, by how they begin. */
const LAYERS = {
  ctap: ["ctap."],
  link: ["link."],
  page: ["page.", "user."],
  rp: ["rp.", "factor."],
} as const;

type Layer = keyof typeof LAYERS;

const whole = { type: "integer", min: 0, optional: true } as const;

const LEDGER = {
  keys: { ...whole, doc: "Passkeys on the account's authenticators." },
  rows: { ...whole, doc: "Public keys at the site." },
  orphans: { ...whole, doc: "Keys no row knows." },
  ghosts: { ...whole, doc: "Rows whose key is nowhere." },
  mails: { ...whole, doc: "Mails delivered." },
} as const satisfies { readonly [Name in keyof NonNullable<PartialExpectation["ledger"]>]-?: MemberShape };

/** What a file may promise: at least one thing. */
export const EXPECTATION_SHAPE = {
  type: "object",
  named: "promises",
  atLeast: 1,
  doc: "What a run must come to; what is not promised is not looked at.",
  members: {
    ctap: patterns("ctap", "Messages between client and authenticator."),
    link: patterns("link", "What happened below them."),
    page: patterns("page", "What the page's script and the person saw."),
    rp: patterns("rp", "What the site did."),
    ledger: { type: "object", atLeast: 1, optional: true, doc: "The books at the end.", members: LEDGER },
    decidedBy: {
      type: "text",
      nullable: true,
      optional: true,
      pattern: "\\S",
      wanted: "the id of a timer",
      doc: "Id of the timer that decided; null: none did.",
    },
    mechanisms: {
      type: "list",
      optional: true,
      of: { type: "word", words: ROOT_CAUSE_IDS },
      doc: "What each ceremony came to, in order.",
    },
    consequences: {
      type: "list",
      optional: true,
      of: { type: "word", words: CONSEQUENCES.map(({ id }) => id) },
      doc: "What some ceremony leaves behind.",
    },
  } satisfies { readonly [Name in keyof PartialExpectation]-?: MemberShape },
} as const satisfies Shape;

function patterns(layer: Layer, doc: string) {
  const kinds = EVENT_KINDS.filter((kind) => LAYERS[layer].some((beginning) => kind.startsWith(beginning)));
  return {
    type: "list",
    doc,
    optional: true,
    of: {
      type: "tagged",
      tag: "kind",
      prefix: "event ",
      choices: Object.fromEntries(kinds.map((kind) => [kind, patternOf(kind)])),
    },
  } as const;
}

function patternOf(kind: EventKind): ObjectShape {
  const members = Object.entries<Member>({ ...membersOf(kind), ceremony: FRAME.ceremony });
  return {
    type: "object",
    members: {
      kind: { type: "word", words: [kind] },
      where: {
        type: "object",
        optional: true,
        doc: "Members that must be equal; the others may be anything.",
        members: Object.fromEntries(members.map(([name, member]) => [name, shapeOfMember(member)])),
      },
      actor: { type: "text", optional: true, pattern: "\\S", wanted: "a name" },
      atMs: {
        type: "list",
        optional: true,
        of: { type: "integer", min: 0 },
        atLeast: 2,
        atMost: 2,
        doc: "First and last millisecond, both included.",
      },
      times: {
        type: "integer",
        min: 0,
        optional: true,
        doc: "How many records match; at least one when absent. Zero: it must not happen.",
      },
    },
  };
}

function shapeOfMember(member: Member): MemberShape {
  const optional = true;
  switch (member.type) {
    case "text":
    case "name":
      return { type: "text", optional };
    case "flag":
      return { type: "flag", optional };
    case "count":
      return { type: "integer", min: 0, optional };
    case "instant":
      return { type: "number", optional };
    case "milliseconds":
      return { type: "number", nullable: true, optional };
    case "list":
      return { type: "list", of: { type: "text" }, optional };
    case "word":
      return { type: "word", words: member.words, optional };
  }
}
