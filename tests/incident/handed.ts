import { accessLogWriter } from "./writers/access-log.js";
import { chromiumLogWriter } from "./writers/chromium-log.js";
import { harWriter } from "./writers/har.js";
import { serverLogWriter } from "./writers/server-log.js";
import { siteLogWriter } from "./writers/site-log.js";
import type { Degraded, LogWriter } from "./writers/world.js";

/** Which logs are handed in, and how much worse they are than the trace. */
export interface Handed {
  readonly name: string;
  readonly writers: readonly LogWriter[];
  readonly how?: Readonly<Record<string, Degraded>>;
}

export const WRITERS: readonly LogWriter[] = [harWriter, chromiumLogWriter, accessLogWriter, siteLogWriter];

const without = (name: string) => WRITERS.filter((writer) => writer.name !== name);
const all = <T>(value: T) => Object.fromEntries(WRITERS.map(({ name }) => [name, value]));

/** What support may be handed: everything, the same made worse, and parts of it. */
export const HANDED: readonly Handed[] = [
  { name: "every log", writers: WRITERS },
  { name: "stamps of one second", writers: WRITERS, how: all({ precisionMs: 1_000 }) },
  { name: "Chromium's level too low", writers: WRITERS, how: { "chromium-log": { lowLevel: true } } },
  { name: "gateway's clock 7 s off", writers: WRITERS, how: { "access-log": { offsetMs: 7_000 } } },
  { name: "site's clock 4 s behind", writers: WRITERS, how: { "site-log": { offsetMs: -4_000 } } },
  ...WRITERS.map(({ name }) => ({ name: `no ${name}`, writers: without(name) })),
  ...WRITERS.map((writer) => ({ name: `${writer.name} alone`, writers: [writer] })),
  // What the site can know without the page: what most incidents begin with.
  { name: "server-log alone", writers: [serverLogWriter] },
  { name: "server-log and access-log", writers: [serverLogWriter, accessLogWriter] },
  { name: "server-log, access-log and har", writers: [serverLogWriter, accessLogWriter, harWriter] },
  {
    name: "server-log in place of site-log",
    writers: [harWriter, chromiumLogWriter, accessLogWriter, serverLogWriter],
  },
];
