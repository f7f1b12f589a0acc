/** Where this library and Chromium make something else of options, and why. */
import { isDeepStrictEqual } from "node:util";
import type { RecordedAnswer } from "./recorded-answers.js";

interface Difference {
  /** Finds names of odd options. */
  readonly of: RegExp;
  readonly why: string;
}

export const EXPLAINED: readonly Difference[] = [
  {
    of: /^create: attestationFormats = /,
    why: "Chromium 156 does not know the member, and passes over whatever it is",
  },
  {
    of: /^create: authenticatorSelection( = |\.userVerification = absent)/,
    why: "the specification gives userVerification the value preferred; Chromium does so later, without a trace here",
  },
  {
    of: /^create: user\.id = (""|\[\]|\[null\])$/,
    why: "§5.1.3 step 5 wants 1 to 64 bytes; Chromium passes an empty handle on",
  },
  {
    of: /^(create: excludeCredentials|get: allowCredentials) = .*\(3\d{3} characters\)$/,
    why: "Chromium takes 64 credentials in a list, and throws a RangeError of its own beyond",
  },
  {
    of: /^get: allowCredentials(\.0\.type = |(\.0)? = .*unknown)/,
    why: "§5.8.3: a list of which nothing is known must not turn into an empty one; in Chromium it does",
  },
  {
    of: /^create: extensions = .*redentialProtectionPolicy"/,
    why: "Chromium refuses policies that it finds at odds with the rest of the request; CTAP leaves that to authenticators",
  },
  {
    of: /hmacCreateSecret/,
    why: "an extension of CTAP 2.0 that this library does not offer to pages: prf takes its place",
  },
  {
    of: /^get: extensions = \{"credProps":true\}$/,
    why: "Chromium refuses the extension at get(); no specification does",
  },
  {
    of: /^get: several = .*"evalByCredential":\{\}/,
    why: "§10.1.4 refuses evalByCredential without allowCredentials only when it is not empty",
  },
  {
    of: /timeout = /,
    why: "Chromium takes any timeout while a virtual authenticator is attached: those of a few ms are a race",
  },
  {
    of: /^create: user\.name = "\\ud800"$/,
    why: "half a surrogate pair: Chromium's own message to its browser process fails; Infra's UTF-8 encode replaces it",
  },
];

/** Members Chromium does not hand on, or fills with a value the specification does not. */
function comparable({ parsed, ...rest }: RecordedAnswer): object {
  if (parsed === undefined) return rest;
  const { attestationFormats: _, extensions, ...others } = parsed;
  if (typeof extensions !== "object" || extensions === null) {
    return { ...rest, parsed: { ...others, ...(extensions !== undefined && { extensions }) } };
  }
  const {
    credProps,
    enforceCredentialProtectionPolicy: enforce,
    uvm: __,
    payment: ___,
    ...known
  } = extensions as Record<string, unknown>;
  return {
    ...rest,
    parsed: {
      ...others,
      extensions: {
        ...known,
        // False by default in Chromium.
        credProps: credProps === true,
        enforceCredentialProtectionPolicy: enforce === true,
      },
    },
  };
}

export interface Judged {
  /** Names with both answers, where nothing explains the difference. */
  readonly unexplained: readonly string[];
  /** Explanations that explained something. */
  readonly used: ReadonlySet<Difference>;
}

export function judge(theirs: readonly RecordedAnswer[], ours: readonly RecordedAnswer[]): Judged {
  const used = new Set<Difference>();
  const unexplained: string[] = [];
  for (const [at, their] of theirs.entries()) {
    const our = ours[at] as RecordedAnswer;
    if (isDeepStrictEqual(comparable(their), comparable(our))) continue;
    const explained = EXPLAINED.find(({ of }) => of.test(their.name));
    if (explained === undefined) unexplained.push(`${JSON.stringify(their)}\n  here: ${JSON.stringify(our)}`);
    else used.add(explained);
  }
  return { unexplained, used };
}
