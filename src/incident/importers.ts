import { accessLog } from "./access-log/access-log.js";
import { appLog } from "./app-log/app-log.js";
import { chromiumLog } from "./chromium-log/chromium-log.js";
import { har } from "./har/har-importer.js";
import type { Importer } from "./importer.js";
import { authenticatorRsLog } from "./importers/authenticator-rs-log.js";
import { automationEvents } from "./importers/automation-events.js";
import { btsnoop } from "./importers/btsnoop.js";
import { libfido2Log } from "./importers/libfido2-log.js";
import { logcat } from "./importers/logcat.js";
import { netlog } from "./importers/netlog.js";
import { otlp } from "./importers/otlp.js";
import { playwrightTrace } from "./importers/playwright-trace.js";
import { pythonFido2Log } from "./importers/python-fido2-log.js";
import { unifiedLog } from "./importers/unified-log.js";
import { usbCapture } from "./importers/usb-capture.js";
import { windowsEventLog } from "./importers/windows-events.js";

/** Every format that is known. One more: its folder, and its line here. */
export const IMPORTERS: readonly Importer[] = [
  har,
  chromiumLog,
  accessLog,
  appLog,
  windowsEventLog,
  logcat,
  libfido2Log,
  pythonFido2Log,
  authenticatorRsLog,
  netlog,
  btsnoop,
  playwrightTrace,
  automationEvents,
  unifiedLog,
  usbCapture,
  otlp,
];
