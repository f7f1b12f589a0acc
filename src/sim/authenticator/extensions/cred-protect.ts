import { CredProtect } from "../store/credentials.js";
import type { SimExtension } from "../extension.js";
import { refuse } from "../refusal.js";

/** @see CTAP 2.3 §12.1 */
export const credProtect: SimExtension = {
  id: "credProtect",
  make({ input }) {
    const levels: readonly unknown[] = Object.values(CredProtect);
    if (!levels.includes(input)) refuse("INVALID_OPTION");
    return { output: input, stored: input };
  },
};
