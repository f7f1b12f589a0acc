import type { CustomerMessages } from "../messages.js";
import { CUSTOMER_CLIENT_JA } from "./customer-client.js";
import { CUSTOMER_DEVICES_JA } from "./customer-devices.js";
import { CUSTOMER_LOGIN_JA } from "./customer-login.js";
import { CUSTOMER_SITE_JA } from "./customer-site.js";

const HAS_PASSKEY = "そのままログインに使えるので、もう一度登録する必要はありません。";
const RELOAD = "ページを再読み込みして、続けてください。";

/** Every message for a customer in Japanese. */
export const CUSTOMER_JA: CustomerMessages = {
  titles: {
    registration: "パスキーの登録",
    login: "パスキーでのログイン",
    factor: "パスキー以外の方法",
  },
  values: {
    moment: "少し",
    seconds: "{count}秒",
    minutes: "{count}分",
    hours: "{count}時間",
    unknownSpan: "しばらく",
    unknownLate: "しばらく",
    devices: {
      key: "セキュリティキー",
      phone: "スマートフォン",
      computer: "パソコン",
      other: "端末",
    },
  },
  states: {
    "not-saved": { clause: "今回はこのサイトにパスキーが保存されていません" },
    "device-only": { clause: "お使いの端末に、このサイトに登録されていないパスキーが残っています" },
    "site-only": {
      clause: "お使いの端末にないパスキーが、このサイトの一覧に載っています",
      next: "別の方法でログインし、アカウントからそのパスキーを削除して、新しいパスキーを登録してください。",
    },
    mismatched: {
      clause: "端末のパスキーと、このサイトに登録されたパスキーが一致していません",
      next: "繰り返しても解決しないので、サイトのサポート窓口にご相談ください。",
    },
    unknown: {
      clause: "パスキーが保存されたかどうかは確認できません",
      next: "アカウントのパスキーの一覧をご覧になり、新しいパスキーがない場合だけもう一度お試しください。",
    },
    "not-signed-in": { clause: "今回の操作ではログインできていません" },
    "sign-in-unknown": {
      clause: "ログインできたかどうかは確認できません",
      next: "ページを再読み込みして確かめ、ログインできていなければもう一度お試しください。",
    },
    "not-worked": { clause: "今回の操作は完了していません" },
    "way-unknown": {
      clause: "操作が完了したかどうかは確認できません",
      next: "ページを再読み込みして確かめ、完了していなければもう一度お試しください。",
    },
  },
  results: {
    registration: {
      success: ["パスキーは保存されました。", "次回のログインから使えます。"],
      "success-reported-as-failure": ["失敗という表示は誤りで、パスキーは登録されています。", HAS_PASSKEY],
      "success-not-reported": ["ページには表示されませんでしたが、パスキーは登録されています。", HAS_PASSKEY],
    },
    login: {
      success: ["ログインできました。", "ほかに必要な操作はありません。"],
      "success-reported-as-failure": [
        "失敗という表示は誤りで、ログインはできており、パスキーも使えます。",
        RELOAD,
      ],
      "success-not-reported": [
        "ページには表示されませんでしたが、ログインはできており、パスキーも使えます。",
        RELOAD,
      ],
    },
    factor: {
      success: ["操作は完了しました。", "ほかに必要な操作はありません。"],
      "success-reported-as-failure": ["途中で失敗と表示されましたが、最終的に操作は完了しました。", RELOAD],
      "success-not-reported": ["ページには表示されませんでしたが、操作は完了しました。", RELOAD],
    },
  },
  consequences: {
    "flag-before-credential": {
      now: "パスキーがないうちにアカウントがパスキー専用に切り替わり、{state}。",
      next: "サイトのサポート窓口に、ログインの手助けとパスワードの再開を依頼してください。",
    },
    "single-passkey-replaced": {
      now: "新しいパスキーができる前に、サイトが一つしかないパスキーを削除したため、{state}。",
      next: "別の方法でログインして新しいパスキーを登録するか、サイトのサポート窓口にご相談ください。",
    },
    "second-passkey": {
      next: "その後の操作で二つ目のパスキーができているので、端末に両方が表示されたら新しいほうを選んでください。",
    },
    "second-phone-ignored": {
      next: "最初からやり直し、コードの読み取りから終わりまで同じスマートフォンをお使いください。",
    },
    orphan: {},
    ghost: {},
    "success-reported-as-failure": {},
  },
  causes: { ...CUSTOMER_CLIENT_JA, ...CUSTOMER_DEVICES_JA, ...CUSTOMER_SITE_JA, ...CUSTOMER_LOGIN_JA },
};
