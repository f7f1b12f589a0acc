/** Holds the injected script's only way in; `scripts/page-script.ts` bundles it as text. */
export { installFromWindow } from "./install.js";
