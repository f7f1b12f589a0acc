// CommonJS, and a fault: the key stores the passkey, its answer is lost. The error says what may remain.
const assert = require("node:assert/strict");
const {
  CredentialStore,
  simulatedUser,
  LoopbackDevice,
  profileNamed,
  register,
  SimAuthenticator,
  virtualEnv,
  withFaults,
} = require("passkey-harness");

const env = virtualEnv("a lost answer");
const store = new CredentialStore();
const key = new SimAuthenticator(env, { profile: profileNamed("generic"), store, user: simulatedUser(env) });
const device = withFaults(env, new LoopbackDevice(env, key.handle.bind(key)), [
  { id: "cable-falls-out", command: 0x01, nth: 1, effect: { do: "lose-response" } },
]);
const options = {
  rp: { id: "example.com", name: "Example" },
  user: { id: "dXNlcg", name: "hanako", displayName: "Hanako" },
  challenge: "Y2hhbGxlbmdl",
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
  authenticatorSelection: { residentKey: "required" },
};

env.clock
  .run(register(env, device, options, { origin: "https://example.com" }))
  .then(
    () => assert.fail("the answer was lost"),
    (error) => {
      console.log(
        `${error.code}, aftermath ${error.aftermath}; keys on the device: ${store.credentials.length}`,
      );
      assert.equal(error.aftermath, "unknown");
      assert.equal(store.credentials.length, 1);
      device.assertAllUsed();
    },
  )
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
