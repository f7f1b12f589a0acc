/** A site of one page, which tells of a failure after 60 s and goes on to register: the bug of the reports. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const PAGE = `<!doctype html><title>Shop</title>
<button id="create">Create a passkey</button><p id="says" role="status"></p>
<script src="/page.js"></script>`;

const script = (corrects: boolean) => `
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
document.getElementById("create").onclick = async () => {
  const says = document.getElementById("says");
  const guard = setTimeout(() => { says.textContent = "Your passkey could not be created."; }, 60000);
  const options = await (await fetch("/options", { method: "POST" })).json();
  const publicKey = { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) } };
  try {
    const credential = await navigator.credentials.create({ publicKey, signal: window.abort?.signal });
    window.made = credential;
    clearTimeout(guard);
    const { ok } = await fetch("/finish", { method: "POST", body: JSON.stringify(credential) });
    if (ok ${corrects ? "" : "&& false"}) says.textContent = "Your passkey is ready.";
  } catch (error) { clearTimeout(guard); window.failed = error; says.textContent = "It failed: " + error.name; }
};`;

export interface PasskeySite extends AsyncDisposable {
  readonly url: string;
}

/** @param corrects whether the page takes its error back. */
export async function passkeySite({ corrects }: { readonly corrects: boolean }): Promise<PasskeySite> {
  const server = createServer(({ url }, response) => {
    // No inline script and no eval: what the harness puts in has to work under it.
    response.setHeader("content-security-policy", "default-src 'self'");
    if (url === "/options") {
      const user = { id: "AQID", name: "hanako", displayName: "Hanako" };
      const pubKeyCredParams = [{ type: "public-key", alg: -7 }];
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ rp: { name: "Shop" }, user, challenge: "AAECAwQFBgcICQoLDA0ODw", pubKeyCredParams }),
      );
    } else if (url === "/page.js") {
      response.setHeader("content-type", "text/javascript");
      response.end(script(corrects));
    } else {
      response.setHeader("content-type", url === "/finish" ? "application/json" : "text/html");
      response.end(url === "/finish" ? "{}" : PAGE);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
