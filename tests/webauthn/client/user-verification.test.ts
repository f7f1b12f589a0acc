import { expect, test } from "vitest";
import type { Ctap2Session } from "../../../src/ctap/client/session.js";
import type { TokenRequest } from "../../../src/ctap/client/pin-uv-auth-token.js";
import { UserVerification } from "../../../src/webauthn/client/user-verification.js";

test("a token is asked for with the permissions of the plan and of the extensions", async () => {
  const asked: TokenRequest[] = [];
  const session = {
    info: { versions: [], aaguid: new Uint8Array(16) },
    pinUvAuthToken: async (request: TokenRequest) => {
      asked.push(request);
      return { protocol: 2, token: new Uint8Array(32), authenticate: (message: Uint8Array) => message };
    },
  } as unknown as Ctap2Session;
  const verification = new UserVerification(
    session,
    { method: "builtin-token", fallback: undefined, pinProtocol: 2, permissions: 0x02 },
    { rpId: "example.com", extraPermissions: 0x10, pin: undefined, renewsExpiredToken: true, transact: {} },
  );
  await verification.proof();
  expect(asked).toEqual([{ permissions: 0x12, rpId: "example.com" }]);
});
