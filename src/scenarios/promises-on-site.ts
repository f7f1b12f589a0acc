import type { Promises } from "./expectation.js";
import type { Ledger } from "../sim/ledger.js";

/**
 * What a story of the catalogue still promises where the site is real: its verdict, and the books as far as they
 * can be known. Windows in time, rows, mails and statuses were those of the simulated site.
 */
export function promisesOnSite(
  { decidedBy, mechanisms, ledger = {} }: Promises,
  { entries }: Ledger,
): Promises {
  const { keys, rows, orphans, ghosts } = ledger;
  const known = entries.unknown?.length ? {} : { keys, rows, orphans, ghosts };
  return {
    ...(decidedBy !== undefined && { decidedBy }),
    ...(mechanisms && { mechanisms }),
    ledger: Object.fromEntries(Object.entries(known).filter(([, wanted]) => wanted !== undefined)),
  };
}
