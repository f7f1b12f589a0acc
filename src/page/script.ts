import { PAGE_SCRIPT } from "./script-text.js";
import type { PageSettings } from "./protocol.js";

/**
 * Writes the script that is to run in every document before the page's own: plain text, for `addInitScript` or a script
 * element. It needs no eval, and the binding under the name in the settings.
 */
export function pageScript(settings: PageSettings): string {
  // JSON is JavaScript but for what ends a script element.
  const json = JSON.stringify(settings).replaceAll("<", "\\u003c");
  return `(()=>{${PAGE_SCRIPT};harnessPage.installFromWindow(globalThis,${json})})()`;
}
