/** The two pages of examples/passkey-shop, before a person who touches the key 15 s after the page's patience. */
export interface ShopStory {
  /** Also the title of its check. */
  readonly title: string;
  readonly fixed: boolean;
  /** What stands on the page, in order. */
  readonly shown: readonly string[];
  readonly mechanism: string;
  readonly decidedBy: string | undefined;
  readonly tellsTruth: boolean;
}

const WAITING = "Please confirm on your device.";

export const SHOP_STORIES: readonly ShopStory[] = [
  {
    title: "shows a failure for a passkey that is in its database soon after",
    fixed: false,
    shown: [WAITING, "Your passkey could not be created."],
    mechanism: "late-delivery",
    decidedBy: "page.guard",
    tellsTruth: false,
  },
  {
    title: "says that it waits, and then what came of it, with the stated fix",
    fixed: true,
    shown: [WAITING, "Still waiting for your device.", "Your passkey is ready."],
    mechanism: "success",
    decidedBy: undefined,
    tellsTruth: true,
  },
];
