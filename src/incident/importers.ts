import { accessLog } from "./access-log/access-log.js";
import { appLog } from "./app-log/app-log.js";
import { chromiumLog } from "./chromium-log/chromium-log.js";
import { har } from "./har/har-importer.js";
import type { Importer } from "./importer.js";

/** Every format that is known. One more: its folder, and its line here. */
export const IMPORTERS: readonly Importer[] = [har, chromiumLog, accessLog, appLog];
