import { seconds } from "./evidence.js";
import type { CeremonyTrace } from "./facts/ceremony.js";
import type { Outcome } from "./facts/outcome.js";
import { acceptedFinish, mayShareAccount, rowOf, rowsOfAccount } from "./facts/site-facts.js";
import type { TraceFacts } from "./facts/trace-facts.js";
import { secondPhoneOf } from "./facts/second-phone.js";

/** What a ceremony left behind, or did beside what it was for. */
interface ConsequenceRule<Id extends string = string> {
  readonly id: Id;
  /** One sentence for the documentation. */
  readonly text: string;
  /** Says it of one ceremony; `undefined` where it did not happen. */
  readonly say: (ceremony: CeremonyTrace, facts: TraceFacts, outcome: Outcome) => string | undefined;
}

const define = <const Id extends string>(rule: ConsequenceRule<Id>): ConsequenceRule<Id> => rule;

const orphan = define({
  id: "orphan",
  text: "An authenticator holds a passkey that the site does not know.",
  say: (_ceremony, _facts, { orphans }) =>
    orphans.length === 0
      ? undefined
      : `The authenticator holds ${orphans.join(", ")}, and the site has no row for it: an orphan.`,
});

const ghost = define({
  id: "ghost",
  text: "The site has a row whose key is on no authenticator.",
  say: (_ceremony, _facts, { ghosts }) =>
    ghosts.length === 0
      ? undefined
      : `The site has row ${ghosts.join(", ")}, and no authenticator holds its key.`,
});

const failureReported = define({
  id: "success-reported-as-failure",
  text: "The user was told of a failure, and the site had accepted.",
  say: ({ failureSeen, gaveUp, kind }, _facts, { result, told }) => {
    const atMs = failureSeen?.atMs ?? gaveUp?.atMs;
    if (result !== "success-reported-as-failure" || atMs === undefined) return undefined;
    const until = told === "corrected" ? ", which the page took back later" : "";
    if (kind === "factor")
      return `The user was told of a failure at ${seconds(atMs)}${until}; a later try was accepted.`;
    return `The user was told of a failure at ${seconds(atMs)}${until}; the ${kind} exists at the site.`;
  },
});

const flagged = define({
  id: "flag-before-credential",
  text: "The account was switched to passkeys before it had one, and the registration failed.",
  say: (ceremony, facts) => {
    const flag = facts.flagsByCeremony
      .get(ceremony.id)
      ?.find(({ flag: name, value }) => name === "passkey" && value);
    if (flag === undefined || ceremony.kind !== "registration" || acceptedFinish(ceremony)) return undefined;
    if (rowsOfAccount(ceremony, facts).length > 0) return undefined;
    return (
      `The account was flagged as having a passkey at ${seconds(flag.atMs)}, before there was one. With passwords off ` +
      "for such accounts nothing opens it any more: locked out."
    );
  },
});

const onlyPasskeyDeleted = define({
  id: "single-passkey-replaced",
  text: "The site deleted the only passkey when the registration of another began, which then failed.",
  say: (ceremony, facts) => {
    if (ceremony.kind !== "registration") return undefined;
    const gone = facts.deletedRowsByCeremony.get(ceremony.id)?.[0];
    if (gone?.deletedAtMs === undefined || rowOf(ceremony, facts)) return undefined;
    return (
      `The site deleted row ${gone.credential} at ${seconds(gone.deletedAtMs)}, when the new registration began, and the ` +
      "new one never came. None is left."
    );
  },
});

const secondPasskey = define({
  id: "second-passkey",
  text: "A later registration made a second passkey, so that the user holds two of which one works.",
  say: (ceremony, facts, { orphans }) => {
    if (orphans.length === 0) return undefined;
    const second = facts.ceremonies.find(
      (other) =>
        other.kind === "registration" &&
        other.beganAtMs > ceremony.beganAtMs &&
        mayShareAccount(ceremony, other) &&
        other.keysOverwritten.length === 0 &&
        acceptedFinish(other) !== undefined,
    );
    const key = second?.keysCreated.at(-1);
    return second && key
      ? `The registration ${second.id} made a second key, ${key.credential}: the user holds two passkeys that look alike, of which one works.`
      : undefined;
  },
});

const secondPhone = define({
  id: "second-phone-ignored",
  text: "The user went on with another phone, which no computer listened to any more.",
  say: (ceremony) => {
    const found = secondPhoneOf(ceremony);
    return (
      found &&
      `${found.second.actor} read the same code at ${seconds(found.second.atMs)}, when the computer had heard ` +
        `${found.first.actor} at ${seconds(found.seen.atMs)} and listened for no other phone any more.`
    );
  },
});

/** Every consequence there is. To add one, write its rule and put it into this list. */
export const CONSEQUENCES = [
  orphan,
  ghost,
  failureReported,
  flagged,
  onlyPasskeyDeleted,
  secondPasskey,
  secondPhone,
] as const satisfies readonly ConsequenceRule[];

export type ConsequenceId = (typeof CONSEQUENCES)[number]["id"];

/** Lists what a ceremony left behind, whatever caused it. */
export function consequencesOf(
  ceremony: CeremonyTrace,
  facts: TraceFacts,
  outcome: Outcome,
): readonly { readonly id: ConsequenceId; readonly text: string }[] {
  return CONSEQUENCES.flatMap(({ id, say }) => {
    const text = say(ceremony, facts, outcome);
    return text === undefined ? [] : [{ id, text }];
  });
}
