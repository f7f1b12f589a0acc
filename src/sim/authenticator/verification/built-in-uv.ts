import type { UserPrompt } from "../../user.js";
import { builtInUvConfigured, type CommandContext } from "../context.js";

export type UvOutcome = "verified" | "timed-out" | "refused" | "failed" | "blocked";

export function uvRetriesLeft({ profile, store }: CommandContext): number {
  return store.memory.uvRetries ?? profile.builtInUv?.retries ?? 0;
}

/**
 * Asks the device's own sensor, several times when the finger is not recognised.
 *
 * @see CTAP 2.3 §6.5.3.1 (performBuiltInUv)
 */
export async function performBuiltInUv(
  context: CommandContext,
  prompt: Omit<UserPrompt, "kind">,
  limits: { readonly attempts?: number } = {},
): Promise<UvOutcome> {
  const { profile, store, gestures } = context;
  if (profile.builtInUv === undefined || !builtInUvConfigured(context)) return "failed";
  const attempts = limits.attempts ?? profile.builtInUv.attemptsPerCommand;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const left = uvRetriesLeft(context);
    if (left === 0) return "blocked";
    const { answer } = await gestures.ask({ ...prompt, kind: "verify" });
    if (answer === "timed-out" || answer === "refused") return answer;
    if (answer === "approved") {
      store.remember({
        uvRetries: undefined,
        ...(profile.options.clientPin && { uvCountSincePin: (store.memory.uvCountSincePin ?? 0) + 1 }),
      });
      return "verified";
    }
    store.remember({ uvRetries: left - 1 });
  }
  return uvRetriesLeft(context) === 0 ? "blocked" : "failed";
}
