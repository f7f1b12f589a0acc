import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import type { AdvertScanner, ReceivedAdvert } from "../ports.js";
import { RadioError, type RadioFault } from "./radio-error.js";

export interface ScanRetryOptions {
  /** How often a scan that does not start is tried again; 3 when absent. */
  readonly retries?: number;
  /** `hybrid.scan-retry`: before the first such try, doubled before each further one, in milliseconds; 250 when absent. */
  readonly pauseMs?: number;
  /** Whether a scan that breaks off after an advert was received is started again as well; not when absent. */
  readonly resumes?: boolean;
}

const PATIENCE = parameters<ScanRetryOptions>({
  retries: maybe(arg.number),
  pauseMs: maybe(shape.ms),
  resumes: maybe(shape.flag),
});

/** Faults that end without intervention: an adapter that was just switched on, or is held by a scan that ends. */
const PASSING: readonly RadioFault[] = ["RADIO_OFF", "RADIO_BUSY"];

const RETRIES = 3;
const PAUSE_MS = 250;

/**
 * The same radio, tried again when it does not start to listen: an adapter that was just switched on says for some
 * hundred milliseconds that it is not.
 *
 * Only a start is repeated, unless it `resumes`: a radio that fails after an advert was received makes the scan fail.
 * Every try that came to nothing is traced as `scan-failed`.
 *
 * @throws {RadioError} from the loop, what the last try ended with.
 */
export function retryingScanner(
  env: Env,
  scanner: AdvertScanner,
  patience: ScanRetryOptions = {},
): AdvertScanner {
  checkArguments("retryingScanner", {
    env: [arg.env, env],
    scanner: [arg.having("an AdvertScanner, such as SimAir,", "listen"), scanner],
    patience: [PATIENCE, patience],
  });
  const { retries = RETRIES, pauseMs = PAUSE_MS, resumes = false } = patience;
  return {
    async *listen(signal, context) {
      for (let tries = 0; ; tries += 1) {
        const heard = { any: false };
        try {
          yield* marked(scanner.listen(signal, context), heard);
          return;
        } catch (error) {
          if (signal.aborted || !(error instanceof RadioError)) throw error;
          env.trace.in(context).emit({ kind: "link.hybrid", stage: "scan-failed", code: error.code });
          if ((heard.any && !resumes) || !PASSING.includes(error.code)) throw error;
          // It worked until now: this is the first failure of another series.
          if (heard.any) tries = 0;
          if (tries >= retries) throw error;
        }
        await sleep(env.clock, pauseMs * 2 ** tries, "hybrid.scan-retry", { signal });
      }
    },
  };
}

async function* marked(adverts: AsyncIterable<ReceivedAdvert>, heard: { any: boolean }) {
  for await (const advert of adverts) {
    heard.any = true;
    yield advert;
  }
}
