import { describe, expect, test } from "vitest";
import { parseSiteConfig } from "../../../src/sim/attached-rp/site-config.js";

const LEAST = {
  schema: 1,
  baseUrl: "https://shop.example.com/api/",
  registration: { options: { path: "/r/o" }, finish: { path: "/r/f" } },
  login: { options: { path: "/l/o" }, finish: { path: "/l/f" } },
};

describe("a site file", () => {
  test("needs four addresses and nothing else", () => {
    const config = parseSiteConfig(LEAST);
    expect(config).toMatchObject({
      baseUrl: "https://shop.example.com/api",
      origin: "https://shop.example.com",
      account: "hanako",
      timeoutMs: 30_000,
      siteDecides: [],
    });
    expect(config.registration.options).toMatchObject({ method: "POST", publicKey: "", body: undefined });
    expect(config.registration.finish.body).toBe("{response}");
    expect(config.credentials).toBeUndefined();
  });

  test("may say where the credentials are listed", () => {
    const { credentials } = parseSiteConfig({ ...LEAST, credentials: { path: "/c" } });
    expect(credentials).toMatchObject({ method: "GET", list: "", id: "id", everyMs: 1_000, forMs: 30_000 });
  });

  const finish = (body: unknown) => ({ ...LEAST.login, finish: { path: "/l/f", body } });
  test.each([
    ["a list", [], "site: an object"],
    ["another schema", { ...LEAST, schema: 2 }, "site.schema"],
    ["a member nobody knows", { ...LEAST, baseurl: "x" }, "site.baseurl"],
    ["a base URL of another scheme", { ...LEAST, baseUrl: "ftp://x" }, "site.baseUrl"],
    ["a base URL with a query", { ...LEAST, baseUrl: "https://x/?a=1" }, "site.baseUrl"],
    ["no login", { ...LEAST, login: undefined }, "site.login"],
    ["a path without its slash", { ...LEAST, credentials: { path: "c" } }, "site.credentials.path"],
    [
      "a method nobody knows",
      { ...LEAST, credentials: { path: "/c", method: "HEAD" } },
      "site.credentials.method",
    ],
    ["no patience at all", { ...LEAST, timeoutMs: 0 }, "site.timeoutMs"],
    [
      "a placeholder nobody fills",
      { ...LEAST, login: finish({ a: "{nonsense}" }) },
      "site.login.finish.body",
    ],
    [
      "the response before there is one",
      { ...LEAST, credentials: { path: "/c/{response}" } },
      "site.credentials.path",
    ],
    ["an account made of something else", { ...LEAST, account: "{name}" }, "site.account"],
  ])("%s is refused by name", (_, input, member) => {
    expect(() => parseSiteConfig(input)).toThrow(
      expect.objectContaining({ code: "SITE_CONFIG", message: expect.stringContaining(member) as string }),
    );
  });

  test.each(["Authorization", "cookie", "X-Api-Key", "proxy-authorization"])(
    "a secret in the header %s is refused, and not repeated",
    (name) => {
      const refused = () => parseSiteConfig({ ...LEAST, headers: { [name]: "Bearer hunter2" } });
      expect(refused).toThrow(expect.objectContaining({ code: "SITE_CONFIG" }));
      expect(refused).not.toThrow(/hunter2/);
      expect(parseSiteConfig({ ...LEAST, headers: { [name]: "{env:TOKEN}" } }).headers[name]).toBe(
        "{env:TOKEN}",
      );
    },
  );

  test("what an options call keeps, its finish call may send", () => {
    const login = { options: { path: "/l/o", keep: { flow: "data.flow" } }, finish: { path: "/l/f/{flow}" } };
    expect(parseSiteConfig({ ...LEAST, login }).login.options.keep).toEqual({ flow: "data.flow" });
    expect(() =>
      parseSiteConfig({ ...LEAST, login, registration: login, credentials: { path: "/{flow}" } }),
    ).not.toThrow();
  });
});
