import { count, ms, percent, toggle } from "../knobs/knob-spec.js";

/** Options of the radio between phone and computer. */
export const AIR_KNOBS = {
  advertDelayMs: ms(300, "from the phone's first BLE advert to the computer receiving one"),
  advertLossPct: percent(0, "share of the adverts that are lost; 100: none is ever received"),
  repeats: count(0, "how often every advert is received again, once every 250 ms", { max: 1_000 }),
};

/** Longest service data of an extended advert (255 bytes less its type and UUID), less the 20 of a hybrid advert. */
const SUFFIX_MAX = 232;

/** Options of the adverts themselves: the phone's, and those of other phones nearby. */
export const ADVERT_KNOBS = {
  suffixBytes: count(0, "bytes the phone adds behind the 20 of its advert", {
    unit: "bytes",
    max: SUFFIX_MAX,
  }),
  readsSuffix: toggle(false, "the client accepts adverts that are longer than 20 bytes"),
  foreignAdverts: count(0, "other phones nearby that send adverts of their own", { max: 10_000 }),
  rateHz: count(50, "how many of those start in a second; 0: none does", { unit: "Hz", max: 1_000 }),
  wrongServiceUuid: toggle(false, "the phone sends its advert under a UUID that clients do not scan for"),
};
