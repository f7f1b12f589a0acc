import type { Scenario } from "../scenario.js";
import { lateDelivery } from "./late-delivery.js";
import { RAKUTEN } from "./rakuten.js";
import { RAKUTEN_LOGINS } from "./rakuten-logins.js";
import { SITE_ACCESS } from "./site-access.js";
import { SITE_FINISH } from "./site-finish.js";
import { SITE_RECORDS } from "./site-records.js";

/** The site's database, gateway and mail. */
export const SITE: readonly Scenario[] = [
  lateDelivery,
  ...RAKUTEN,
  ...RAKUTEN_LOGINS,
  ...SITE_FINISH,
  ...SITE_RECORDS,
  ...SITE_ACCESS,
];
