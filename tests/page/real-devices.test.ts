/** Authenticators that are not the page's own world: a key behind a socket and a phone that scans a code, in real time. */
import { afterEach, expect, test } from "vitest";
import { systemEnv } from "../../src/env/system-env.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { udpAdvertiser, udpScanner } from "../../src/hybrid/adapters/radio-udp.js";
import { wsDialer } from "../../src/hybrid/adapters/tunnel-ws.js";
import { startQrInitiated } from "../../src/hybrid/qr-initiated.js";
import { passkeyMatchers } from "../../src/page/matchers/matchers.js";
import { WindowPasskeys } from "../../src/page/window/window-passkeys.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { selfMadeTlsIdentity } from "../../src/sim/expose/tls-identity.js";
import { wsTunnelService } from "../../src/sim/expose/tunnel-ws.js";
import { exposeUdp } from "../../src/sim/expose/udp.js";
import { SimPhone } from "../../src/sim/phone/phone.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { openHidDevice } from "../../src/transports/hid/channel.js";
import { udpHidPort } from "../../src/transports/udp.js";
import { freeUdpPort } from "../helpers/free-udp-port.js";
import { startNode } from "../helpers/spawn-cli.js";

expect.extend(passkeyMatchers);

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function shop(): Promise<string> {
  const site = startNode(["examples/passkey-shop/site.mjs", "--port", "0", "--fixed"]);
  closers.push(() => site.kill());
  return new Promise((resolve) =>
    site.stdout.once("data", (text) => resolve(/http:\S+/.exec(String(text))?.[0] ?? "")),
  );
}

function authenticator(profile: string, store = new CredentialStore()): SimAuthenticator {
  const user = { answer: async () => ({ answer: "approved" }) as const };
  return new SimAuthenticator(systemEnv(), { profile: profileNamed(profile), store, user });
}

interface Page {
  readonly document: { querySelector(selector: string): { click(): void; readonly textContent: string } };
}

async function registeredBy(passkeys: WindowPasskeys) {
  closers.push(() => passkeys.close());
  const { document } = await passkeys.open<Page>(await shop());
  const story = await passkeys.register(() => document.querySelector("#create").click());
  expect(document.querySelector("#says").textContent).toBe("Your passkey is ready.");
  expect(story).toTellTruth();
  return story;
}

test("a key on HID", async () => {
  const store = new CredentialStore();
  const key = authenticator("generic", store);
  const exposed = await exposeUdp(systemEnv(), { cbor: key.handle }, { listen: { port: 0 } });
  closers.push(() => exposed[Symbol.asyncDispose]());
  const passkeys = new WindowPasskeys({
    time: "real",
    device: async () => openHidDevice(systemEnv(), await udpHidPort({ port: exposed.port })),
  });
  const { records } = await registeredBy(passkeys);
  expect(store.credentials).toMatchObject([{ rpId: "localhost" }]);
  expect(records.some((one) => one.kind === "ctap.response" && one.command === "makeCredential")).toBe(true);
});

test("a phone that scans the code of each request", async () => {
  const env = systemEnv();
  const tls = selfMadeTlsIdentity(virtualEnv("real"), ["127.0.0.1"]);
  const tunnels = await wsTunnelService(env, { port: 0, tls });
  closers.push(() => tunnels[Symbol.asyncDispose]());
  const port = await freeUdpPort();
  const dialer = wsDialer({ service: tunnels.origin, tls: { ca: tls.cert } });
  const store = new CredentialStore();
  const { handle } = authenticator("phone", store);
  const phone = new SimPhone(
    env,
    { advertiser: udpAdvertiser(env, { port }), dialer, handle },
    { startDelayMs: 0 },
  );
  const passkeys = new WindowPasskeys({
    time: "real",
    device: async () => {
      const { qr, device } = startQrInitiated(env, { scanner: udpScanner({ port }), dialer });
      // Stands for the person who holds a phone before the screen.
      void phone.scan(qr);
      closers.push(() => device.hangUp());
      return device;
    },
  });
  await registeredBy(passkeys);
  expect(store.credentials).toMatchObject([{ rpId: "localhost" }]);
});
