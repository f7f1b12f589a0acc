/** What the person of a story does, and where the key is; the page is the example shop's, which gives up after 60 s. */
export interface ExplainStory {
  /** Folder of its files among the artefacts. */
  readonly name: string;
  /** Also the title of its check. */
  readonly title: string;
  /** `usbip`: a USB bus, whose packets are captured. */
  readonly road: "uhid" | "usbip";
  /** From the key's wish to the touch; `null`: never. */
  readonly touchMs: number | null;
  /** The harness's own verdict of the run. */
  readonly mechanism: string;
}

export const LATE: ExplainStory = {
  name: "late",
  title: "a touch after 75 s, 15 s after the page gave up",
  road: "uhid",
  touchMs: 75_000,
  mechanism: "late-delivery",
};

/** The page says nothing when all went well: by what stands on it, it waits. */
export const IN_TIME: ExplainStory = {
  name: "in-time",
  title: "a touch after 2 s",
  road: "uhid",
  touchMs: 2_000,
  mechanism: "still-waiting",
};

export const NEVER: ExplainStory = {
  name: "never",
  title: "no touch at all",
  road: "uhid",
  touchMs: null,
  mechanism: "page-gave-up",
};

export const LATE_ON_USB: ExplainStory = {
  name: "late-usb",
  title: "a touch after 75 s of a key on USB/IP, captured",
  road: "usbip",
  touchMs: 75_000,
  mechanism: "late-delivery",
};

export const EXPLAIN_STORIES: readonly ExplainStory[] = [LATE, IN_TIME, LATE_ON_USB, NEVER];

/** What Chromium itself writes, and what the bus was seen to carry. */
export const CHROMIUM_FILES = ["device-log.txt", "netlog.json", "network.har"] as const;
export const CAPTURE_FILE = "usb.pcapng";
