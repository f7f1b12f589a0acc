import type { CDPSession, Page } from "@playwright/test";
import type { KnobOverrides } from "../../sim/knobs/knobs.js";
import { PageRigError } from "../page-rig-error.js";

/** What Chromium takes for `WebAuthn.addVirtualAuthenticator`, as far as knobs say it. */
interface VirtualAuthenticator {
  readonly transport: "usb" | "nfc";
  readonly hasUserVerification: boolean;
  /** Whether requests are answered at all; at once, where they are. */
  readonly automaticPresenceSimulation: boolean;
}

/** Chromium's own virtual authenticator, in one page. */
export interface BrowserAuthenticator extends AsyncDisposable {
  /** In Chromium's words, for further commands of the DevTools protocol. */
  readonly authenticatorId: string;
  readonly session: CDPSession;
}

/**
 * Adds Chromium's own virtual authenticator to a page, for suites that want the browser's semantics throughout.
 *
 * @param knobs those of the harness that it can obey: `key.touchDelayMs` of `null` or 0, `key.transport`, `key.pinSet`.
 * @throws {PageRigError} `BACKEND_CANNOT`, before anything is done, for what it cannot do; with another browser too.
 * @see Chrome DevTools Protocol, domain WebAuthn
 *
 * @example
 * await using key = await browserAuthenticator(page, { "key.pinSet": true });
 */
export async function browserAuthenticator(
  page: Page,
  knobs: KnobOverrides = {},
): Promise<BrowserAuthenticator> {
  const like = virtualAuthenticator(knobs);
  const session = await page
    .context()
    .newCDPSession(page)
    .catch((cause: unknown) => {
      throw cannot("a browser that is not Chromium has no virtual authenticator for tests", cause);
    });
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      hasResidentKey: true,
      isUserVerified: like.hasUserVerification,
      ...like,
    },
  });
  return {
    authenticatorId,
    session,
    async [Symbol.asyncDispose]() {
      await session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
    },
  };
}

/** Reads knobs as Chromium's authenticator can obey them. @throws {PageRigError} `BACKEND_CANNOT` */
export function virtualAuthenticator(knobs: KnobOverrides): VirtualAuthenticator {
  const {
    "key.touchDelayMs": touchMs = 0,
    "key.transport": transport = "usb",
    "key.pinSet": pinSet = false,
    ...others
  } = knobs as Readonly<Record<string, unknown>>;
  const [name] = Object.keys(others);
  if (name !== undefined) throw cannot(`the browser's virtual authenticator knows nothing of ${name}`);
  if (touchMs !== null && touchMs !== 0) {
    // Measured with Chromium 156: presence that is switched on later leaves a pending request pending.
    throw cannot("the browser's virtual authenticator answers at once or never, and not late");
  }
  return {
    transport: transport === "nfc" ? "nfc" : "usb",
    hasUserVerification: pinSet === true,
    automaticPresenceSimulation: touchMs === 0,
  };
}

function cannot(what: string, cause?: unknown): PageRigError {
  return new PageRigError("BACKEND_CANNOT", what, {
    hint: "use a rig of the harness for that",
    ...(cause !== undefined && { cause }),
  });
}
