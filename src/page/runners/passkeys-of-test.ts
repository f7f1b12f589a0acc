import { PageRigError } from "../page-rig-error.js";
import { WindowPasskeys } from "../window/window-passkeys.js";

/** Stands for the passkeys of whichever test runs: one handle for a file whose tests have passkeys of their own. */
export function passkeysOfTest(): {
  readonly current: { passkeys: WindowPasskeys | undefined };
  readonly handle: WindowPasskeys;
} {
  const current: { passkeys: WindowPasskeys | undefined } = { passkeys: undefined };
  const handle = new Proxy(Object.create(WindowPasskeys.prototype) as WindowPasskeys, {
    get: (_, name) => {
      const { passkeys } = current;
      if (passkeys === undefined) {
        throw new PageRigError("NO_TEST_RUNNER", "no test runs: passkeys are those of a test", {
          hint: "use them inside a test, or in a hook that comes after usePasskeys()",
        });
      }
      const member: unknown = Reflect.get(passkeys, name);
      return typeof member === "function" ? (member as () => unknown).bind(passkeys) : member;
    },
  });
  return { current, handle };
}
