import { expect, test } from "vitest";
import { proxyFrom } from "../../../src/cli/device/proxy.js";

const P = "http://proxy:3128";

test.each<readonly [string, Record<string, string>, string | undefined, string]>([
  ["nothing is named", {}, undefined, "wss://cable.ua5v.com/"],
  ["the usual variable", { HTTPS_PROXY: P }, P, "wss://cable.ua5v.com/"],
  ["lower case goes first", { HTTPS_PROXY: "http://other:1", https_proxy: P }, P, "wss://cable.ua5v.com/"],
  ["one for everything", { ALL_PROXY: P }, P, "wss://cable.ua5v.com/"],
  ["no scheme means a plain proxy", { HTTPS_PROXY: "proxy:3128" }, P, "wss://cable.ua5v.com/"],
  ["plain connections have their own", { HTTPS_PROXY: P }, undefined, "ws://cable.ua5v.com/"],
  ["theirs", { http_proxy: P }, P, "ws://cable.ua5v.com/"],
  ["an empty one is none", { HTTPS_PROXY: "" }, undefined, "wss://cable.ua5v.com/"],
  ["all spared", { HTTPS_PROXY: P, NO_PROXY: "*" }, undefined, "wss://cable.ua5v.com/"],
  [
    "the host spared",
    { HTTPS_PROXY: P, NO_PROXY: "a.test, cable.ua5v.com" },
    undefined,
    "wss://cable.ua5v.com/",
  ],
  ["its domain spared", { HTTPS_PROXY: P, NO_PROXY: ".UA5V.com" }, undefined, "wss://cable.ua5v.com/"],
  ["no half of a name", { HTTPS_PROXY: P, NO_PROXY: "5v.com" }, P, "wss://cable.ua5v.com/"],
  ["the right port spared", { HTTPS_PROXY: P, no_proxy: "ua5v.com:443" }, undefined, "wss://cable.ua5v.com/"],
  ["another port", { HTTPS_PROXY: P, no_proxy: "ua5v.com:8443" }, P, "wss://cable.ua5v.com/"],
  ["a given port", { HTTPS_PROXY: P, no_proxy: "127.0.0.1:9801" }, undefined, "wss://127.0.0.1:9801/"],
])("%s", (_, environment, expected, url) => {
  expect(proxyFrom(environment)(new URL(url))).toBe(expected);
});
