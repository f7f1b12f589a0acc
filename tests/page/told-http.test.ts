/** What documents tell of their calls, in messages that may overtake each other. */
import { expect, test } from "vitest";
import { HttpWatch } from "../../src/page/http-watch.js";
import type { HttpMessage } from "../../src/page/protocol.js";
import { ToldHttp } from "../../src/page/told-http.js";

const started: HttpMessage = {
  do: "http",
  document: "d",
  call: 1,
  step: "started",
  method: "POST",
  url: "https://shop.example/finish",
  body: "{}",
};
const ended: HttpMessage = { do: "http", document: "d", call: 1, step: "ended", status: 200, body: "{}" };

function told(...messages: readonly (HttpMessage | "leave")[]) {
  const watch = new HttpWatch(() => ({ atMs: 0, position: 0 }), 0);
  const http = new ToldHttp(watch);
  for (const message of messages)
    if (message === "leave") http.leave("d");
    else http.take(message);
  return watch;
}

test.each([
  ["in order", [started, ended], 0],
  ["the end before the beginning", [ended, started], 0],
  ["a beginning alone", [started], 1],
  ["a document that leaves", [started, "leave"], 0],
  ["a beginning after its document has left", ["leave", started], 0],
] as const)("%s", (_, messages, open) => {
  expect(told(...messages).open).toHaveLength(open);
});
