import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { valueAt, fill, fillText, placeholdersIn, type Json } from "../../../src/sim/attached-rp/template.js";

const lookup = (name: string): Json =>
  ({ account: "hanako", response: { id: "AA" }, count: 3 })[name] ?? name;

describe("a template", () => {
  test.each<readonly [string, Json, Json]>([
    ["a text that is one placeholder becomes the value itself", "{response}", { id: "AA" }],
    ["a placeholder inside a text becomes text", "user {account}", "user hanako"],
    ["a value that is no text becomes JSON inside a text", "n={count}", "n=3"],
    [
      "lists and objects are filled all the way down",
      { a: ["{account}", { b: "{count}" }] },
      { a: ["hanako", { b: 3 }] },
    ],
    ["what is no text stays", { a: [1, null, true] }, { a: [1, null, true] }],
    ["two placeholders are a text", "{account}{count}", "hanako3"],
    ["names may have a part of their own", "{env:SHOP_TOKEN}", "env:SHOP_TOKEN"],
    ["other braces are left alone", "{} {1} { account }", "{} {1} { account }"],
  ])("%s", (_, template, filled) => {
    expect(fill(template, lookup)).toEqual(filled);
  });

  test("names every placeholder, wherever it is", () => {
    expect(placeholdersIn({ a: "{x} {y:z}", b: ["{w}"], c: 1 })).toEqual(["x", "y:z", "w"]);
  });

  test("values in a path are encoded, the path is not", () => {
    expect(fillText("/a?user={account}", () => "a b&c/d", encodeURIComponent)).toBe("/a?user=a%20b%26c%2Fd");
  });

  test("a value that looks like a placeholder is not filled again", () => {
    expect(fill("x{account}", () => "{account}")).toBe("x{account}");
  });

  test("JSON without braces comes out as it went in", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!JSON.stringify(value).includes("{") || placeholdersIn(value as Json).length === 0);
        expect(fill(value as Json, lookup)).toEqual(value);
      }),
    );
  });
});

describe("a path into JSON", () => {
  test.each([
    ["", { a: 1 }, { a: 1 }],
    ["a.b", { a: { b: 2 } }, 2],
    ["list.1.id", { list: [{ id: "x" }, { id: "y" }] }, "y"],
    ["a.c", { a: { b: 2 } }, undefined],
    ["a.b", { a: null }, undefined],
    ["a.b", "text", undefined],
    ["constructor", {}, undefined],
    ["__proto__", {}, undefined],
  ])('"%s" of %j is %j', (path, value, found) => {
    expect(valueAt(value, path)).toEqual(found);
  });
});
