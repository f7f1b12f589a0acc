import { expect, test } from "vitest";
import { hostAndPort, udpPlace } from "../../../src/cli/device/host-and-port.js";

test.each([
  ["127.0.0.1:8121", { host: "127.0.0.1", port: 8121 }],
  ["key.local:8121", { host: "key.local", port: 8121 }],
  ["::1:8121", { host: "::1", port: 8121 }],
  ["[::1]:8121", { host: "::1", port: 8121 }],
  ["127.0.0.1:8121:7122", { host: "127.0.0.1", port: 8121, bind: { host: "127.0.0.1", port: 7122 } }],
  ["192.0.2.7:8121:7122", { host: "192.0.2.7", port: 8121, bind: { host: "0.0.0.0", port: 7122 } }],
  ["[::1]:8121:7122", { host: "::1", port: 8121, bind: { host: "::1", port: 7122 } }],
])("udp:%s", (text, place) => {
  expect(udpPlace(text)).toEqual(place);
});

test.each(["127.0.0.1", "127.0.0.1:0", "127.0.0.1:8121:0", "a:b:1", "127.0.0.1:1:2:3", ":1", "h:70000"])(
  "udp:%s is a mistake of usage",
  (text) => {
    expect(() => udpPlace(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  },
);

test("an address with two ports is no address for the other options", () => {
  expect(() => hostAndPort("127.0.0.1:8121:7122")).toThrow(expect.objectContaining({ code: "USAGE" }));
});
