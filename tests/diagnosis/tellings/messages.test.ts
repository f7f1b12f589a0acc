/** Every message of every language: what a translator may get wrong, and what no customer should have to read. */
import { describe, expect, test } from "vitest";
import { CUSTOMER_EN } from "../../../src/diagnosis/tellings/en/customer.js";
import { CUSTOMER_JA } from "../../../src/diagnosis/tellings/ja/customer.js";
import { SUPPORT_EN } from "../../../src/diagnosis/tellings/en/support.js";
import { PLACEHOLDERS } from "../../../src/diagnosis/tellings/messages.js";
import { ROOT_CAUSE_IDS } from "../../../src/diagnosis/rules/registry.js";

/** Terms of the trade: a customer knows passkeys, devices, codes, pages and messages. */
const TERMS =
  /\b(webauthn|ctap\w*|fido2?|credentials?|challenges?|time-?outs?|timers?|servers?|https?|ble|tunnels?|relay|tokens?|authenticators?|key\.up|ms|apis?|rps?|sessions?|cookies?|getassertion|makecredential|assertions?|attestations?|origins?|gateways?|rows?|orphan\w*|ghost\w*|ceremon\w+|registration\w*|stale|handshake|adverts?|javascript|client|platform|traces?|milliseconds|exception|parameters?|factors?|enrol\w*|database|replica)\b/i;

/** Words by which a message would say what only the state says. */
const CLAIMS =
  /\b(was saved|is saved|saved no|exists|signed you in|you were signed in|not signed in|it worked)\b/i;

/** Every text below a value, with its path. */
function textsIn(value: unknown, path = ""): readonly (readonly [path: string, text: string])[] {
  if (typeof value === "string") return [[path, value]];
  return Object.entries(value as object).flatMap(([name, member]) => textsIn(member, `${path}/${name}`));
}

/** The same in Japanese. */
const TERMS_JA =
  /webauthn|ctap|fido|ble\b|http|api\b|rp\b|cookie|タイムアウト|タイマー|サーバ|セッション|クッキー|トークン|チャレンジ|クレデンシャル|資格情報|認証器|オーセンティケ|トンネル|ゲートウェイ|オリジン|ミリ秒|アサーション|要素/i;

const CLAIMS_JA =
  /保存され|登録されています|ログインでき(ました|ています|ていません)|完了し(ました|ていません)/;

const CUSTOMER = [
  ["en", CUSTOMER_EN, { pattern: /^[A-Z][^.!?]*\.$/, terms: TERMS, claims: CLAIMS }],
  ["ja", CUSTOMER_JA, { pattern: /^[^。！？.!?]+。$/, terms: TERMS_JA, claims: CLAIMS_JA }],
] as const;

describe.each(CUSTOMER)("customer, %s", (_, messages, { pattern, terms, claims }) => {
  const { causes, results, states, consequences } = messages;
  const sentences = [
    ...Object.entries(causes).flatMap(([id, pair]) => pair.map((text, at) => [id, at, text] as const)),
    ...Object.entries(results).flatMap(([kind, pairs]) =>
      Object.values(pairs).flatMap((pair) => pair.map((text, at) => [kind, at, text] as const)),
    ),
    ...Object.entries({ ...states, ...consequences }).flatMap(
      ([id, { now, next }]: [string, { now?: string; next?: string }]) => [
        ...(now === undefined ? [] : [[id, 0, now] as const]),
        ...(next === undefined ? [] : [[id, 1, next] as const]),
      ],
    ),
  ];

  test("has a pair for every cause, and for no other", () => {
    expect(Object.keys(causes).sort()).toEqual([...ROOT_CAUSE_IDS].sort());
    for (const pair of Object.values(causes)) expect(pair).toHaveLength(2);
  });

  test("has sentences, one at a time", () => {
    expect(sentences.filter(([, , text]) => !pattern.test(text))).toEqual([]);
  });

  test("leaves it to the state what exists: the first sentence of a cause ends with it, and no cause claims it", () => {
    const pairs = Object.entries(causes);
    expect(pairs.filter(([, [now]]) => !/\{state\}[.。]$/.test(now))).toEqual([]);
    expect(pairs.filter(([, [, next]]) => next.includes("{state}"))).toEqual([]);
    expect(pairs.filter(([, pair]) => pair.some((text) => claims.test(text)))).toEqual([]);
  });

  test("uses no term of the trade", () => {
    const texts = textsIn(messages).map(([path, text]) => [path, text.replaceAll(/\{\w+\}/g, "")] as const);
    expect(texts.filter(([, text]) => terms.test(text))).toEqual([]);
  });
});

describe.each([
  ["customer, en", CUSTOMER_EN],
  ["customer, ja", CUSTOMER_JA],
  ["support, en", SUPPORT_EN],
] as const)("%s", (name, messages) => {
  test("has no placeholder that nothing fills", () => {
    const known: readonly string[] = name.startsWith("customer")
      ? PLACEHOLDERS
      : PLACEHOLDERS.filter((placeholder) => placeholder !== "state");
    const { values, ...filled } = messages;
    const used = textsIn(filled).flatMap(([path, text]) =>
      [...text.matchAll(/\{([^}]*)\}/g)].map(([, placeholder = ""]) => ({ path, placeholder })),
    );
    expect(used.filter(({ placeholder }) => !known.includes(placeholder))).toEqual([]);
    for (const unit of ["seconds", "minutes", "hours"] as const) expect(values[unit]).toContain("{count}");
  });
});

test("support has a message for every cause, with a question and one line to say", () => {
  const { causes } = SUPPORT_EN;
  expect(Object.keys(causes).sort()).toEqual([...ROOT_CAUSE_IDS].sort());
  const wrong = Object.entries(causes).filter(
    ([, { ask, say }]) =>
      ask.length === 0 || ask.some((question) => !question.endsWith("?")) || !/^[A-Z].*\.$/.test(say),
  );
  expect(wrong).toEqual([]);
});
