/** The kit: a boat and the parts chosen for it, for as long as the tab lives. */
import { products } from "../js/products.js";

const KEY = "wake-and-halyard.kit";

export const BOATS = [
  { id: "dinghy", name: "Dinghy", text: "Up to 5 m, sailed wet", parts: ["dock-lines", "sheet-10"] },
  {
    id: "daysailer",
    name: "Day sailer",
    text: "5 to 7 m, home for dinner",
    parts: ["dock-lines", "fender", "sheet-10", "block-57"],
  },
  {
    id: "cruiser",
    name: "Cruiser",
    text: "7 to 10 m, away for weeks",
    parts: ["dock-lines", "fender", "anchor-light", "halyard-8", "winch-handle"],
  },
];

/** What the builder offers in a step, for a wind. */
export const partsOf = (step, wind = "any") =>
  products.filter(({ kit }) => kit?.step === step && (wind === "any" || kit.wind === wind || kit.wind === "any"));

let kit = { boat: "", parts: [] };
try {
  kit = { ...kit, ...JSON.parse(sessionStorage.getItem(KEY)) };
} catch {
  // Blocked: the kit lives as long as the page.
}

function keep(next) {
  kit = next;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kit));
  } catch {
    // As above.
  }
}

export const boat = () => BOATS.find(({ id }) => id === kit.boat);
export const chosenParts = () => products.filter(({ id }) => kit.parts.includes(id));
export const isChosen = ({ id }) => kit.parts.includes(id);

/** Takes a boat, with the parts that such a boat should not be without. */
export const chooseBoat = (it) => keep({ boat: it.id, parts: [...new Set([...kit.parts, ...it.parts])] });

export const choosePart = ({ id }, isWanted) =>
  keep({ ...kit, parts: isWanted ? [...kit.parts, id] : kit.parts.filter((other) => other !== id) });

export const emptyKit = () => keep({ boat: "", parts: [] });
