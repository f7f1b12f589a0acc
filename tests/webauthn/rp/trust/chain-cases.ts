/** Certification paths with at most one thing wrong, a few hundred of them, for every judge of paths. */
import { utf8 } from "../../../../src/core/bytes.js";
import {
  AUTHENTICATOR_NAME,
  basicConstraints,
  makeCertificate,
  nameOf,
  Oid,
  testKey,
  VALID_AT_MS,
  type CertificateParts,
  type ExtensionParts,
  type NameParts,
} from "../certificate-maker.js";
import { der, explicit, oid, sequence } from "../der-maker.js";

export interface ChainCase {
  readonly name: string;
  /** Leaf first; without the root. */
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** Certificates of one path, root last, before they are made. */
type Draft = Partial<CertificateParts>[];

const DAY_MS = 86_400_000;
const EMAIL = "1.2.840.113549.1.9.1";

/** Bits of keyUsage, counted from the left of the first byte. @see RFC 5280 §4.2.1.3 */
const keyUsage = (...bits: readonly number[]): ExtensionParts => {
  const byte = bits.reduce((sum, bit) => sum | (0x80 >> bit), 0);
  const unused = byte === 0 ? 0 : Math.log2(byte & -byte);
  return { id: "2.5.29.15", critical: true, value: der(0x03, Uint8Array.of(unused, byte)) };
};
const DIGITAL_SIGNATURE = 0;
const CERT_SIGN = 5;
const CRL_SIGN = 6;

const general = {
  mail: (text: string) => der(0x81, utf8(text)),
  dns: (text: string) => der(0x82, utf8(text)),
  uri: (text: string) => der(0x86, utf8(text)),
  ip: (...bytes: readonly number[]) => der(0x87, Uint8Array.from(bytes)),
  directory: (parts: NameParts) => explicit(4, nameOf(parts)),
};
const alternative = (...names: readonly Uint8Array[]): ExtensionParts => ({
  id: Oid.SUBJECT_ALT_NAME,
  value: sequence(...names),
});
const constraints = (kind: "permitted" | "excluded", ...bases: readonly Uint8Array[]): ExtensionParts => ({
  id: "2.5.29.30",
  critical: true,
  value: sequence(der(kind === "permitted" ? 0xa0 : 0xa1, ...bases.map((base) => sequence(base)))),
});

const nameAt = (level: number): NameParts => [[Oid.COMMON_NAME, `Authority ${level}`]];

/** A sound path with `levels` authorities below its root: index 0 is the leaf, the last one the root. */
function soundDraft(levels: number): Draft {
  const keys = Array.from({ length: levels + 2 }, (_, level) => testKey(`chain case ${level}`));
  return keys.map((key, level) => {
    const above = Math.min(level + 1, levels + 1);
    return {
      subject: level === 0 ? AUTHENTICATOR_NAME : nameAt(level),
      issuer: nameAt(above),
      key,
      issuerKey: keys[above] as (typeof keys)[number],
      extensions:
        level === 0 ? [basicConstraints(false)] : [basicConstraints(true), keyUsage(CERT_SIGN, CRL_SIGN)],
    };
  });
}

function made(name: string, draft: Draft, change: (ders: Uint8Array[]) => void = () => {}): ChainCase {
  const ders = draft.map((parts) => makeCertificate(parts as CertificateParts));
  change(ders);
  return { name, path: ders.slice(0, -1), root: ders.at(-1) as Uint8Array };
}

const plus = (draft: Draft, level: number, ...more: readonly ExtensionParts[]) => {
  const parts = draft[level] as Partial<CertificateParts>;
  draft[level] = { ...parts, extensions: [...(parts.extensions ?? []), ...more] };
};
const set = (draft: Draft, level: number, parts: Partial<CertificateParts>) => {
  draft[level] = { ...draft[level], ...parts };
};

/** Things one certificate may have wrong, or odd, in a path of any length; `level` 0 is the leaf. */
const ODDITIES: Readonly<Record<string, (draft: Draft, level: number) => void>> = {
  sound: () => {},
  expired: (draft, level) => set(draft, level, { notAfterMs: VALID_AT_MS - DAY_MS }),
  "not valid yet": (draft, level) => set(draft, level, { notBeforeMs: VALID_AT_MS + DAY_MS }),
  "signed by a stranger": (draft, level) => set(draft, level, { issuerKey: testKey("stranger") }),
  "issued by another name": (draft, level) => set(draft, level, { issuer: [[Oid.COMMON_NAME, "Another"]] }),
  "issued by the name in other letters": (draft, level) =>
    set(draft, level, {
      issuer: (draft[level]?.issuer ?? []).map(([id, text]) => [
        id,
        ` ${text.toUpperCase().replace(" ", "  ")}`,
      ]),
    }),
  "without any extension": (draft, level) => set(draft, level, { extensions: [] }),
  "of version 1": (draft, level) => set(draft, level, { version: 1, extensions: [] }),
  "no authority": (draft, level) => set(draft, level, { extensions: [basicConstraints(false)] }),
  "an authority without keyUsage": (draft, level) =>
    set(draft, level, { extensions: [basicConstraints(true)] }),
  "an authority that may not sign certificates": (draft, level) =>
    set(draft, level, { extensions: [basicConstraints(true), keyUsage(DIGITAL_SIGNATURE, CRL_SIGN)] }),
  "an authority of keyUsage alone": (draft, level) =>
    set(draft, level, { extensions: [keyUsage(CERT_SIGN)] }),
  "an authority that allows none below it": (draft, level) =>
    set(draft, level, { extensions: [basicConstraints(true, 0), keyUsage(CERT_SIGN)] }),
  "an authority that allows one below it": (draft, level) =>
    set(draft, level, { extensions: [basicConstraints(true, 1), keyUsage(CERT_SIGN)] }),
  "with an unknown critical extension": (draft, level) =>
    plus(draft, level, { id: "1.3.6.1.4.1.45724.99.1", critical: true, value: der(0x05) }),
  "with an unknown extension": (draft, level) =>
    plus(draft, level, { id: "1.3.6.1.4.1.45724.99.1", value: der(0x05) }),
  "with a critical extended key usage": (draft, level) =>
    plus(draft, level, { id: Oid.EXTENDED_KEY_USAGE, critical: true, value: sequence(oid("2.23.133.8.3")) }),
  "with critical policies": (draft, level) =>
    plus(draft, level, { id: "2.5.29.32", critical: true, value: sequence(sequence(oid("2.5.29.32.0"))) }),
  "that requires a policy": (draft, level) =>
    plus(draft, level, { id: "2.5.29.36", critical: true, value: sequence(der(0x80, Uint8Array.of(0))) }),
  "that forbids any policy": (draft, level) =>
    plus(draft, level, { id: "2.5.29.54", critical: true, value: der(0x02, Uint8Array.of(0)) }),
};

const ADDRESS = [192, 0, 2, 7];
const NETWORK = [192, 0, 2, 0, 255, 255, 255, 0];
const OTHER_NETWORK = [198, 51, 100, 0, 255, 255, 255, 0];
const VENDOR: NameParts = AUTHENTICATOR_NAME.slice(0, 2);

/** Names of a leaf, the subtree that holds it, and one that does not. */
const NAMES: readonly (readonly [what: string, own: Uint8Array, inside: Uint8Array, outside: Uint8Array])[] =
  [
    ["a host", general.dns("a.example.com"), general.dns("example.com"), general.dns("example.org")],
    ["the very host", general.dns("Example.com"), general.dns("example.COM"), general.dns("le.com")],
    [
      "a mailbox",
      general.mail("me@example.com"),
      general.mail("me@example.com"),
      general.mail("you@example.com"),
    ],
    [
      "a mailbox of a host",
      general.mail("me@example.com"),
      general.mail("example.com"),
      general.mail(".example.com"),
    ],
    [
      "a mailbox below a domain",
      general.mail("me@a.example.com"),
      general.mail(".example.com"),
      general.mail("example.com"),
    ],
    [
      "a URI",
      general.uri("https://me@a.example.com:8443/x?y"),
      general.uri(".example.com"),
      general.uri("example.com"),
    ],
    [
      "the host of a URI",
      general.uri("https://example.com/x"),
      general.uri("example.com"),
      general.uri(".example.com"),
    ],
    ["an address", general.ip(...ADDRESS), general.ip(...NETWORK), general.ip(...OTHER_NETWORK)],
    [
      "a directory name",
      general.directory([...VENDOR, [Oid.COMMON_NAME, "X"]]),
      general.directory(VENDOR),
      general.directory([[Oid.COUNTRY, "FI"]]),
    ],
  ];

const subjectOf = (draft: Draft, level: number) => draft[level]?.subject ?? [];

function* namesAndConstraints(levels: number): Iterable<ChainCase> {
  const tops = levels === 0 ? [] : [levels];
  for (const [what, own, inside, outside] of NAMES) {
    for (const level of tops) {
      for (const kind of ["permitted", "excluded"] as const) {
        for (const [where, base] of [
          ["its own subtree", inside],
          ["another subtree", outside],
        ] as const) {
          const draft = soundDraft(levels);
          plus(draft, 0, alternative(own));
          plus(draft, level, constraints(kind, base));
          // A certificate has the name of its subject as well: where directory names are permitted, that one too.
          if (what === "a directory name" && kind === "permitted") {
            for (let below = 1; below < level; below++) {
              set(draft, below, { subject: [...VENDOR, ...nameAt(below)] });
              set(draft, below - 1, { issuer: subjectOf(draft, below) });
            }
          }
          yield made(`${levels} authorities: ${what}, ${kind}: ${where}, by authority ${level}`, draft);
        }
      }
    }
  }
  if (levels === 0) return;
  for (const kind of ["permitted", "excluded"] as const) {
    const draft = soundDraft(levels);
    plus(draft, levels, constraints(kind, general.dns("example.com")));
    yield made(`${levels} authorities: constraints on hosts (${kind}), and no name of a host`, draft);
    const mailed = soundDraft(levels);
    set(mailed, 0, { subject: [...AUTHENTICATOR_NAME, [EMAIL, "me@example.com"]] });
    plus(mailed, levels, constraints(kind, general.mail("example.com")));
    yield made(`${levels} authorities: a mailbox in the subject, ${kind}`, mailed);
    const several = soundDraft(levels);
    plus(several, 0, alternative(general.dns("a.example.com"), general.dns("b.example.org")));
    plus(several, levels, constraints(kind, general.dns("example.com"), general.dns("example.net")));
    yield made(`${levels} authorities: two hosts of two domains, ${kind}`, several);
  }
}

/** Sound and unsound paths with a self-issued authority, which no path length counts. */
function selfIssued(): readonly ChainCase[] {
  return [0, 1].map((allowed) => {
    const draft = soundDraft(3);
    set(draft, 3, { extensions: [basicConstraints(true, allowed), keyUsage(CERT_SIGN)] });
    set(draft, 2, { subject: subjectOf(draft, 3), issuer: subjectOf(draft, 3) });
    set(draft, 1, { issuer: subjectOf(draft, 3) });
    return made(`a self-issued authority between others, ${allowed} allowed`, draft);
  });
}

function damaged(): readonly ChainCase[] {
  const cut = (ders: Uint8Array[], index: number) => ders.splice(index, 1);
  const flip = (ders: Uint8Array[], index: number, fromEnd: number) => {
    const copy = Uint8Array.from(ders[index] as Uint8Array);
    copy[copy.length - fromEnd] = (copy[copy.length - fromEnd] as number) ^ 1;
    ders[index] = copy;
  };
  return [1, 2, 3].flatMap((levels) => [
    made(`${levels} authorities: the intermediate is missing`, soundDraft(levels), (ders) => cut(ders, 1)),
    ...Array.from({ length: levels + 1 }, (_, index) =>
      made(`${levels} authorities: a bit of signature ${index} is flipped`, soundDraft(levels), (ders) =>
        flip(ders, index, 3),
      ),
    ),
  ]);
}

/** All of them: each oddity at each place of paths of zero to three authorities, names, and damage. */
export function chainCases(): readonly ChainCase[] {
  const cases: ChainCase[] = [];
  for (const levels of [0, 1, 2, 3]) {
    for (const [name, change] of Object.entries(ODDITIES)) {
      for (let level = 0; level <= levels + 1; level++) {
        const draft = soundDraft(levels);
        change(draft, level);
        const who = level === 0 ? "leaf" : level > levels ? "root" : `authority ${level}`;
        cases.push(made(`${levels} authorities: ${who} ${name}`, draft));
      }
    }
    cases.push(...namesAndConstraints(levels));
  }
  return [...cases, ...selfIssued(), ...damaged()];
}
