import { isHarnessError } from "../../src/core/errors.js";
import type { CtapDevice } from "../../src/ctap/device.js";
import type { Story } from "./stories.js";
import type { Deeds } from "./watched-key.js";
import type { World } from "./worlds.js";

/** How long the page waits for a client that has no timer of its own. */
const PATIENCE_MS = 690_000;
/** Longest timer of the clients in the stories, and time for a key to act after its client gave up. */
const LATEST_MS = 700_000;
const AFTERWARDS_MS = 600_000;

/** How a ceremony ended, as its client told it. */
export interface JudgedEnd {
  readonly outcome: "resolved" | "none" | "unknown";
  /** What is wrong with what the client said; absent where it told the truth as far as a client can know it. */
  readonly fault?: string;
}

/** What happens to the ceremony besides what the world does. */
export interface Befalling {
  /** When the page aborts, in milliseconds from the call. */
  readonly abortMs?: number | undefined;
  readonly device: (device: CtapDevice) => CtapDevice;
  /** Whether a fault made a refusal of an OK on its way: then `none` is all that a client can say. */
  readonly spoilsStatus: () => boolean;
}

/** Plays a story in a world to its end, and holds what the client said against what the authenticator did. */
export async function judgeEnd(story: Story, world: World, befalling: Befalling): Promise<JudgedEnd> {
  const { env, browser, deeds, open } = world;
  const page = new AbortController();
  let disarm = () => {};
  const error = await env.clock
    .run(
      open().then((device) => {
        disarm = env.clock.arm(befalling.abortMs ?? PATIENCE_MS, "page.abort", () => page.abort());
        return story.run(browser, befalling.device(device), page.signal);
      }),
    )
    .then(
      () => undefined,
      (reason: unknown) => reason ?? "nothing was thrown",
    );
  disarm();
  if (error === undefined) return { outcome: "resolved" };
  if (!isHarnessError(error))
    return { outcome: "unknown", fault: `untyped: ${error instanceof Error ? error.message : typeof error}` };
  const settledAtMs = env.clock.nowMs();
  await env.clock.advance(AFTERWARDS_MS);
  const { aftermath: outcome, carriedOut, code } = error;
  if (settledAtMs > LATEST_MS) return { outcome, fault: `settled at ${settledAtMs} ms with ${code}` };
  const lie = lieIn({ aftermath: outcome, carriedOut }, deeds(), befalling);
  return { outcome, ...(lie !== undefined && { fault: `${code}: ${lie}` }) };
}

/**
 * A lie is `none` of an authenticator that acted, whether before or after, or a certain deed that it did not do.
 * `unknown` of one that did nothing is no lie: a client cannot tell a lost request from a lost answer.
 */
function lieIn(
  { aftermath, carriedOut }: { readonly aftermath: string; readonly carriedOut: string | undefined },
  { created, signed, otherwiseChanged }: Deeds,
  { spoilsStatus }: Pick<Befalling, "spoilsStatus">,
): string | undefined {
  const acted = created || signed || otherwiseChanged;
  if (aftermath === "none" && acted && !spoilsStatus()) return "says none, and the authenticator acted";
  if (carriedOut === "makeCredential" && !created) return "says that a credential was created, and none was";
  if (carriedOut === "getAssertion" && !signed) return "says that something was signed, and nothing was";
  return undefined;
}
