/** Which texts of a page tell of a failure, and which of a success: a success that is denied is a failure. */
import { expect, test } from "vitest";
import { wordsOf } from "../../src/page/shows.js";

const { failure, success } = wordsOf();
const toneOf = (text: string) =>
  new RegExp(failure.source, failure.flags).test(text)
    ? "failure"
    : new RegExp(success.source, success.flags).test(text)
      ? "success"
      : undefined;

test.each([
  "Something went wrong. Try again.",
  "Registration was not successful",
  "The passkey was not saved.",
  "You are not logged in",
  "Your passkey hasn't been created",
  "Your passkey isn't ready yet",
  "パスキーを登録できませんでした",
])("%s: a failure", (text) => expect(toneOf(text)).toBe("failure"));

test.each(["Your passkey is ready.", "Registered!", "You are logged in.", "登録しました"])(
  "%s: a success",
  (text) => expect(toneOf(text)).toBe("success"),
);

test.each(["Sign in", "Choose a passkey", ""])("%s: neither", (text) => expect(toneOf(text)).toBeUndefined());
