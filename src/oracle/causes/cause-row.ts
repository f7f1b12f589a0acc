/** What an earlier ceremony of the run left behind. */
export type Aftermath = "a failed registration" | "an unfinished ceremony" | "a failed attempt";

/** One cause, by what its sentence names. */
export interface CauseFactors {
  /** Deviations: dotted names of knobs, groups of them (`tunnel.*`), or actions (`do:unplug`). */
  readonly names: readonly string[];
  /** The sentence names what an earlier ceremony left behind: true where that ceremony did go ill. */
  readonly after?: Aftermath;
  /** The sentence states a condition of the scenario, true whenever the rule matches: never wrong, perhaps not the cause. */
  readonly condition?: boolean;
}

/** The user's gesture: when it comes, and whether it does. */
export const GESTURE = ["key.touchDelayMs", "phone.tapDelayMs", "user.pickMs"] as const;

/** Everything that takes time between the button and the authenticator's answer. */
export const TIME_TO_ANSWER = [
  ...GESTURE,
  "key.createMs",
  "key.processingMs",
  "phone.scanDelayMs",
  "phone.startDelayMs",
  "phone.bluetoothOn",
  "phone.rescanMs",
  "push.delayMs",
  "ble.advertDelayMs",
  "ble.advertLossPct",
  "tunnel.connectDelayMs",
  "tunnel.latencyMs",
  "link.readyMs",
  "user.pinEntryMs",
  "user.pinSetupMs",
  "user.btOnMs",
  "pin.wrongFirst",
  "uv.bad",
  "host.stallAfterTokenMs",
  "hid.gapMs",
  "hid.busyMs",
  "client.settleMs",
  "client.chooserMs",
  "ext.focusWaitMs",
] as const;

/** What a second tab or a second try does to the first. */
export const OTHER_CEREMONY = ["do:register", "do:login", "page.autoRetry"] as const;
