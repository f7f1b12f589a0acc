import { fitsHeader } from "./header-value.js";
import type { SiteConfig, SiteRequest } from "./site-config.js";
import { SiteError } from "./site-error.js";
import { fillText, placeholdersIn } from "./template.js";

/** Every header of a site file with the member that names it, whichever request it is sent with. */
function headersOf(config: SiteConfig): readonly (readonly [member: string, template: string])[] {
  const { headers, signIn, registration, login, credentials } = config;
  const requests: readonly (readonly [string, Pick<SiteRequest, "headers"> | undefined])[] = [
    ["site", { headers }],
    ...signIn.map((step, at) => [`site.signIn[${at}]`, step] as const),
    ["site.registration.options", registration.options],
    ["site.registration.finish", registration.finish],
    ["site.login.options", login.options],
    ["site.login.finish", login.finish],
    ["site.credentials", credentials],
  ];
  return requests.flatMap(([member, request]) =>
    Object.entries(request?.headers ?? {}).map(
      ([name, template]) => [`${member}.headers.${name}`, template] as const,
    ),
  );
}

/** Names of the placeholders that stand in headers. */
export function namesInHeaders(config: SiteConfig): ReadonlySet<string> {
  return new Set(headersOf(config).flatMap(([, template]) => placeholdersIn(template)));
}

/**
 * Checks that the account and the secrets of a site file can be sent in the headers that name them, before anything is sent.
 *
 * A secret that is not set is for the request that needs it. The error names variable and member, and never holds a value.
 *
 * @param secret what `{env:NAME}` stands for.
 * @throws {SiteError} `SITE_SECRET_UNFIT` for a value with a line break or of characters that no header carries; `SITE_CONFIG` for
 *   such an account.
 */
export function checkHeaderValues(config: SiteConfig, secret: (name: string) => string | undefined): void {
  if (namesInHeaders(config).has("account") && !fitsHeader(config.account)) {
    throw new SiteError(
      "SITE_CONFIG",
      "site.account: it is sent in a header, which carries Latin-1 characters only",
    );
  }
  for (const [member, template] of headersOf(config)) {
    const lookup = (name: string) => (name.startsWith("env:") ? (secret(name.slice(4)) ?? "") : "");
    if (fitsHeader(fillText(template, lookup))) continue;
    const variables = placeholdersIn(template).filter((name) => name.startsWith("env:"));
    const guilty = variables.find((name) => !fitsHeader(lookup(name))) ?? variables[0] ?? "";
    throw new SiteError(
      "SITE_SECRET_UNFIT",
      `${member}: the environment variable ${guilty.slice(4)} cannot be sent in a header`,
      { hint: "a header is one line of Latin-1 characters: is there a line break in the value?" },
    );
  }
}
