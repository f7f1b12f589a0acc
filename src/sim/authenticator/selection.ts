import { EMPTY_BODY, requireTouch, type SimCommand } from "./context.js";

/** authenticatorSelection: a touch, and nothing more. @see CTAP 2.3 §6.9 */
export const selection: SimCommand = async (context) => {
  await requireTouch(context, { purpose: "select-authenticator" }, "USER_ACTION_TIMEOUT");
  return EMPTY_BODY;
};
