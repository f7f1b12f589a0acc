/**
 * A site's page: the script that calls `navigator.credentials`, with a timer of its own that shows an error and
 * leaves the promise alone. It tells the site what happens, by the machine's clock.
 *
 * `press(story, guardMs, aborts)` is the button; `leave()` is the page's AbortController, which its timer may use too.
 */
export const PASSKEY_PAGE = `<!doctype html>
<meta charset="utf-8"><title>Example Shop</title>
<h1>Example Shop</h1>
<p id="screen">Welcome.</p>
<script>
const post = async (path, body) => {
  const answer = await fetch(path, { method: "POST", body: JSON.stringify(body) });
  return answer.json();
};
const show = (text) => { document.getElementById("screen").textContent = text; };
let leaving = new AbortController();

function leave() { leaving.abort(); }

async function press(story, guardMs, aborts = false) {
  leaving = new AbortController();
  const tell = (what, more = {}) => post("/told", { story, what, epochMs: Date.now(), ...more });
  show("Working.");
  tell("pressed", { guardMs });
  let guard = 0;
  if (guardMs !== null) {
    guard = setTimeout(() => {
      show("That did not work. Please try again.");
      tell("gave-up", { guardMs, aborts });
      if (aborts) leave();
    }, guardMs);
  }
  try {
    const { method, publicKey } = await post("/begin", { story });
    const parsed = method === "create"
      ? PublicKeyCredential.parseCreationOptionsFromJSON(publicKey)
      : PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
    const called = Date.now();
    const promise = navigator.credentials[method]({ publicKey: parsed, signal: leaving.signal });
    post("/told", { story, what: "called", epochMs: called });
    const credential = await promise;
    tell("resolved");
    const { accepted } = await post("/finish", { story, answer: credential.toJSON() });
    if (accepted) clearTimeout(guard);
    tell(accepted ? "success" : "failure");
  } catch (error) {
    clearTimeout(guard);
    show("That did not work. Please try again.");
    tell("rejected", { name: error.name, message: error.message, focused: document.hasFocus() });
  }
}
</script>`;
