import type { BrowserStory } from "./browser-story.js";
import { KEY_TIMEOUT, LATE, REGISTERS, SIGNS_IN } from "./chromium-stories.js";

/** Ceremonies that Chromium has with a key on both: a touch in time, one that is late, none. */
export const COMPARED: readonly BrowserStory[] = [REGISTERS, SIGNS_IN, KEY_TIMEOUT, LATE];

/** The same story under the name of where the key is. */
export function on(road: string, story: BrowserStory): BrowserStory {
  return { ...story, title: `on ${road}: ${story.title}` };
}
