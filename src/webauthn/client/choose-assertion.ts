import type { GetAssertionResponse } from "../../ctap/messages/get-assertion.js";
import type { Account, ClientContext } from "./client-context.js";
import { ClientError } from "../client-error.js";

/** An authenticator's answer and the credential it is for. */
export interface Assertion {
  readonly credentialId: Uint8Array;
  readonly answer: GetAssertionResponse;
}

/**
 * Lets the user pick one of several accounts; takes the first one when no account picker is given.
 *
 * @throws {ClientError} `CHOICE_DECLINED`; `CHOICE_INVALID` for an index outside the list.
 */
export async function chooseAssertion(
  assertions: readonly Assertion[],
  choose: ClientContext["chooseAccount"],
): Promise<Assertion> {
  const index = assertions.length > 1 && choose ? await choose(assertions.map(toAccount)) : 0;
  if (index === undefined) throw new ClientError("CHOICE_DECLINED", "nobody picked an account");
  const chosen = assertions[index];
  if (chosen === undefined) {
    throw new ClientError("CHOICE_INVALID", `there is no account ${index} of ${assertions.length}`, {
      hint: "return an index of the list, or undefined when the user picks none",
    });
  }
  return chosen;
}

function toAccount({ credentialId, answer: { user } }: Assertion): Account {
  return {
    credentialId,
    ...(user && { id: user.id }),
    ...(user?.name !== undefined && { name: user.name }),
    ...(user?.displayName !== undefined && { displayName: user.displayName }),
  };
}
