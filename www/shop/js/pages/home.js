/** Home: this season's products. */
import "../frame.js";
import { productCard } from "../card.js";
import { byId } from "../element.js";
import { productById } from "../products.js";

const SEASON = ["compass", "halyard-8", "oilskin", "cleat-bronze"];
byId("season").append(...SEASON.map((id) => productCard(productById(id))));
