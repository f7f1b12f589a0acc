import type { Scenario } from "../scenario.js";
import { BLE_ADVERTS } from "./ble-adverts.js";
import { BLE_PHONES } from "./ble-phones.js";
import { BLE_RADIO } from "./ble-radio.js";

/** Between the code on the screen and the first word with a phone. */
export const BLE: readonly Scenario[] = [...BLE_RADIO, ...BLE_ADVERTS, ...BLE_PHONES];
