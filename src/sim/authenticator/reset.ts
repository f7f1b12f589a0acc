import { EMPTY_BODY, requireTouch, type SimCommand } from "./context.js";
import { traceCredential } from "./credentials.js";
import { renewKeyAgreement } from "./key-agreement.js";
import { refuse } from "./refusal.js";

/** authenticatorReset: back to the factory. @see CTAP 2.3 §6.6 */
export const reset: SimCommand = async (context) => {
  const { env, profile, state, store } = context;
  // 1: only a key that was just plugged in, so that no program does it behind the owner's back.
  const poweredForMs = env.clock.nowMs() - state.poweredUpAtMs;
  if (!profile.hasDisplay && poweredForMs > profile.timeouts.resetWindowMs) refuse("NOT_ALLOWED");
  // 2: and only with a touch.
  await requireTouch(context, { purpose: "reset" }, "USER_ACTION_TIMEOUT");
  // 3: credentials, PIN, counters and the wrapping key are gone, and what was earned with them.
  for (const credential of store.reset()) traceCredential(context, "deleted", credential);
  state.tokens.reset();
  state.pinMismatches = 0;
  renewKeyAgreement(context);
  return EMPTY_BODY;
};
