import { type SiteConfig, parseSiteConfig } from "../entry/sim.js";
import type { Invocation, OptionTable } from "./command.js";
import { namingFile } from "./files/file-error.js";
import { readJsonFile } from "./files/read-file.js";
import { textOption } from "./options.js";

export const SITE_OPTIONS = { site: { type: "string" } } as const satisfies OptionTable;

export const SITE_HELP = `  --site FILE          play it against a real site, described in this file, in real time (docs/real-site.md)`;

/** A real site as the command line names it. */
export interface NamedSite {
  readonly siteFile: string;
  readonly config: SiteConfig;
  /** What `{env:NAME}` in the file stands for. */
  readonly secret: (name: string) => string | undefined;
}

/** @throws {UsageError} ENVIRONMENT when the file cannot be read. @throws {SiteError} SITE_CONFIG for what is in it. */
export function siteFrom(invocation: Invocation): NamedSite | undefined {
  const siteFile = textOption(invocation, "site");
  if (siteFile === undefined) return undefined;
  const kind = { what: "site file", limit: "SITE_BYTES_MAX" } as const;
  const config = namingFile(siteFile, () => parseSiteConfig(readJsonFile(siteFile, kind)));
  return { siteFile, config, secret: (name) => process.env[name] };
}
