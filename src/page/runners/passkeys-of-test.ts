import { PageRigError } from "../page-rig-error.js";
import { WindowPasskeys } from "../window/window-passkeys.js";

/** A test as its runner hands it to hooks: the same object before and after it. */
export interface RunningTest {
  /** With the names of the tests around it, as `outer > inner`; absent where tests do not stand in each other. */
  readonly fullName?: string;
}

/** The passkeys of the tests that run, and a handle that stands for those of the innermost one in the whole file. */
export interface PasskeysOfTest {
  /** @throws {PageRigError} `TESTS_OVERLAP` where a test runs that is not around this one: the handle could be either's. */
  readonly begin: (test: RunningTest, passkeys: WindowPasskeys) => void;
  /** Takes the passkeys of a test that ends; `undefined` where it began with none. */
  readonly take: (test: RunningTest) => WindowPasskeys | undefined;
  readonly handle: WindowPasskeys;
}

/** Stands for the passkeys of whichever test runs: one handle for a file whose tests have passkeys of their own. */
export function passkeysOfTest(): PasskeysOfTest {
  const running: { readonly test: RunningTest; readonly passkeys: WindowPasskeys }[] = [];
  const handle = new Proxy(Object.create(WindowPasskeys.prototype) as WindowPasskeys, {
    get: (_, name) => {
      const passkeys = running.at(-1)?.passkeys;
      if (passkeys === undefined) {
        throw new PageRigError("NO_TEST_RUNNER", "no test runs: passkeys are those of a test", {
          hint: "use them inside a test, or in a hook that comes after usePasskeys()",
        });
      }
      const member: unknown = Reflect.get(passkeys, name);
      return typeof member === "function" ? (member as () => unknown).bind(passkeys) : member;
    },
  });
  return {
    handle,
    begin(test, passkeys) {
      const other = running.at(-1);
      if (other !== undefined && !isWithin(test, other.test)) {
        throw new PageRigError("TESTS_OVERLAP", "two tests of one usePasskeys() run at the same time", {
          hint: "run the tests of a file one after the other (concurrency: false), or make passkeys in each: new WindowPasskeys()",
        });
      }
      running.push({ test, passkeys });
    },
    take(test) {
      const at = running.findIndex((one) => one.test === test);
      return at < 0 ? undefined : running.splice(at, 1)[0]?.passkeys;
    },
  };
}

function isWithin({ fullName }: RunningTest, outer: RunningTest): boolean {
  return outer.fullName !== undefined && fullName?.startsWith(`${outer.fullName} > `) === true;
}
