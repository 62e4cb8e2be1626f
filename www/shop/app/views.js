/** What each step of the builder shows. */
import { drawing } from "../js/drawings.js";
import { element } from "../js/element.js";
import { priceText } from "../js/money.js";
import { BOATS, boat, chooseBoat, choosePart, chosenParts, isChosen, partsOf } from "./kit.js";

const WINDS = { any: "All", light: "Light air", heavy: "Heavy weather" };

const next = (id, path, text) => element("a", { id, href: path, class: "button", "data-sillage-name": id }, text);
const back = (path) =>
  element("a", { id: "kit-back", href: path, class: "button quiet", "data-sillage-name": "kit-back" }, "Back");
const actions = (...buttons) => element("div", { class: "actions" }, buttons);

const option = (type, name, id, isOn, content, change) =>
  element(
    "label",
    { class: "option" },
    element("input", { type, name, id, value: id, checked: isOn, change }),
    element("span", { class: "option-body" }, content),
  );

const partOption = (product) =>
  option(
    "checkbox",
    "part",
    `part-${product.id}`,
    isChosen(product),
    [
      drawing(product.id),
      element("strong", {}, product.name),
      element("span", { class: "price" }, priceText(product.price)),
    ],
    ({ target }) => choosePart(product, target.checked),
  );

const choices = (legend, options, id) =>
  element("fieldset", { class: "options", id }, element("legend", {}, legend), options);

function start() {
  return [
    element(
      "p",
      { class: "lead" },
      "Three steps: what protects the hull, what drives the sails, and a look at the whole.",
    ),
    element("div", { class: "kit-scene" }, drawing("hull"), drawing("flags")),
    actions(next("kit-start", "/shop/app/hull", "Start with the hull")),
  ];
}

function hull() {
  const parts = element("div", {});
  const showParts = () =>
    parts.replaceChildren(choices("Parts for the hull", partsOf("hull").map(partOption), "hull-parts"));
  const boats = BOATS.map((it) =>
    option(
      "radio",
      "boat",
      `boat-${it.id}`,
      boat()?.id === it.id,
      [element("strong", {}, it.name), element("span", { class: "muted" }, it.text)],
      () => {
        chooseBoat(it);
        showParts();
      },
    ),
  );
  showParts();
  return [
    choices("Your boat", boats, "boats"),
    parts,
    actions(back("/shop/app/"), next("kit-to-rig", "/shop/app/rig", "Next: the rig")),
  ];
}

function rig() {
  const parts = element("div", {});
  const winds = Object.entries(WINDS).map(([wind, name]) =>
    element(
      "button",
      {
        type: "button",
        class: "quiet",
        id: `wind-${wind}`,
        "data-sillage-name": "wind-filter",
        click: () => choose(wind),
      },
      name,
    ),
  );
  const showParts = (wind) => {
    for (const button of winds) button.setAttribute("aria-pressed", button.id === `wind-${wind}`);
    parts.replaceChildren(choices("Parts for the rig", partsOf("rig", wind).map(partOption), "rig-parts"));
  };
  // The filter is kept in the fragment, so that it survives a reload; it is the same page all the same.
  const choose = (wind) => {
    const { pathname, search } = location;
    history.replaceState(history.state, "", wind === "any" ? pathname + search : `#${wind}`);
    showParts(wind);
  };
  const asked = location.hash.slice(1);
  showParts(Object.hasOwn(WINDS, asked) ? asked : "any");
  return [
    element("div", { class: "filter", role: "group", "aria-label": "Wind" }, winds),
    parts,
    actions(back("/shop/app/hull"), next("kit-to-summary", "/shop/app/summary", "Next: summary")),
  ];
}

function summary({ addToCart, startOver }) {
  const chosen = chosenParts();
  if (!chosen.length) {
    return [
      element("p", { class: "lead" }, "Nothing chosen yet."),
      actions(next("kit-start", "/shop/app/hull", "Start with the hull")),
    ];
  }
  const total = chosen.reduce((sum, { price }) => sum + price, 0);
  return [
    element("p", { class: "lead" }, boat() ? `A kit for your ${boat().name.toLowerCase()}.` : "A kit for any boat."),
    element(
      "ul",
      { class: "sums", id: "kit-lines" },
      chosen.map(({ name, price }) =>
        element("li", {}, element("span", {}, name), element("span", {}, priceText(price))),
      ),
      element(
        "li",
        { class: "sum" },
        element("span", {}, "Kit"),
        element("span", { id: "kit-total" }, priceText(total)),
      ),
    ),
    actions(
      back("/shop/app/rig"),
      element(
        "button",
        { type: "button", class: "quiet", id: "kit-reset", "data-sillage-name": "kit-reset", click: startOver },
        "Start over",
      ),
      element(
        "button",
        { type: "button", id: "kit-add", "data-sillage-name": "kit-add", click: addToCart },
        "Add the kit to the cart",
      ),
    ),
  ];
}

const unknown = () => [actions(next("kit-start-page", "/shop/app/", "To the first step"))];

export const VIEWS = { "": start, hull, rig, summary };

/** The content of a step, whatever the address says. */
export const viewOf = (step, deeds) => (Object.hasOwn(VIEWS, step) ? VIEWS[step] : unknown)(deeds);
