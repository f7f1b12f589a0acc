"""A control server of passkey-harness and a chromedriver for the tests of this folder."""

import json
import os
import shutil
import subprocess
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from selenium import webdriver

TOKEN = "example-of-a-token-that-nobody-guesses"

PAGE = """<!doctype html><title>Shop</title>
<button id="create">Create a passkey</button><p id="says" role="status"></p>
<script>
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const GUARD_MS = Number(new URLSearchParams(location.search).get("guard") ?? 60000);
document.getElementById("create").onclick = async () => {
  const says = document.getElementById("says");
  const guard = setTimeout(() => { says.textContent = "Your passkey could not be created."; }, GUARD_MS);
  const { challenge } = await (await fetch("/options", { method: "POST" })).json();
  const publicKey = {
    rp: { name: "Shop" }, user: { id: bytes("AQID"), name: "hanako", displayName: "Hanako" },
    challenge: bytes(challenge), pubKeyCredParams: [{ type: "public-key", alg: -7 }],
  };
  try {
    const credential = await navigator.credentials.create({ publicKey });
    clearTimeout(guard);
    await fetch("/finish", { method: "POST", body: JSON.stringify(credential) });
    if (says.textContent === "") says.textContent = "Your passkey is ready.";
  } catch (error) { clearTimeout(guard); says.textContent = "It failed: " + error.name; }
};
</script>"""


class Shop(BaseHTTPRequestHandler):
    """The site under test: a page, options and a finish call."""

    def do_GET(self):
        self._answer("text/html", PAGE)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._answer("application/json", json.dumps({"challenge": "AAECAwQFBgcICQoLDA0ODw=="}))

    def _answer(self, kind, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def shop():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()


def _started(command, sign, environment=None):
    """Starts a program and waits for the line that says where it listens."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    for line in process.stdout:
        if sign in line:
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return process, line.rsplit(sign, 1)[1].strip().rstrip(".")
    raise RuntimeError(f"{command[0]} ended with {process.wait()}")


@pytest.fixture(scope="session")
def harness():
    """Address of the control server; PASSKEY_HARNESS names the program where it is not npx's."""
    driver = shutil.which("chromedriver")
    if driver is None:
        pytest.skip("chromedriver is not installed (Debian package chromium-driver)")
    chromedriver, port = _started([driver, "--port=0"], "successfully on port ")
    program = os.environ.get("PASSKEY_HARNESS", "npx passkey-harness").split()
    server, url = _started(
        [*program, "serve", "--port", "0", "--driver", f"http://127.0.0.1:{port}"],
        "control server on ",
        {**os.environ, "PASSKEY_HARNESS_TOKEN": TOKEN},
    )
    yield url
    for process in (server, chromedriver):
        process.terminate()
        process.wait()


@pytest.fixture
def ask(harness):
    """Asks the control server, as docs/openapi.json describes it."""

    def asked(method, path, body=None):
        request = urllib.request.Request(
            harness + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {TOKEN}"},
        )
        with urllib.request.urlopen(request) as answer:
            text = answer.read().decode()
        return json.loads(text) if answer.headers.get_content_type() == "application/json" else text

    return asked


@pytest.fixture
def browser(harness):
    """Selenium, its address the control server's: commands go on to chromedriver, authenticators are the harness's."""
    options = webdriver.ChromeOptions()
    for argument in ("--headless", "--no-sandbox"):
        options.add_argument(argument)
    driver = webdriver.Remote(f"{harness}/wd/{TOKEN}", options=options)
    yield driver
    driver.quit()
