// The fix: after 60 s the page says that it still waits. What came of it is told when it is known, and not before.
const button = document.getElementById("create");
const says = document.getElementById("says");

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

button.addEventListener("click", async () => {
  says.textContent = "Please confirm on your device.";
  const guard = setTimeout(() => {
    says.textContent = "Still waiting for your device.";
  }, 60_000);
  try {
    const options = await (await fetch("/register/options", { method: "POST" })).json();
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: [],
    };
    const credential = await navigator.credentials.create({ publicKey });
    const body = JSON.stringify(credential);
    const headers = { "content-type": "application/json" };
    const { ok } = await fetch("/register/finish", { method: "POST", headers, body });
    clearTimeout(guard);
    says.textContent = ok ? "Your passkey is ready." : "Your passkey could not be created.";
  } catch {
    clearTimeout(guard);
    says.textContent = "Your passkey could not be created.";
  }
});
