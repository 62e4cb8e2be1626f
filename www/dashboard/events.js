// What happened, by name, and the properties of one name.

import { byId, element } from "../shared/element.js";
import { counted, momentOf } from "./format.js";
import { read } from "./read.js";
import { nothing, table } from "./table.js";

const ROWS = 30;

export async function showEvents(choice, signal) {
  const { site, from, to, bots } = choice;
  const { events } = await read("reports/events", { site, from, to, bots, limit: ROWS }, signal);
  const columns = [
    {
      name: "Event",
      of: ({ name }) => {
        const button = element("button", { type: "button", className: "link" }, name);
        button.ariaLabel = `Properties of ${name}`;
        button.addEventListener("click", () => {
          void showProperties(choice, name).then(() => byId("properties-heading").focus());
        });
        return button;
      },
    },
    { name: "Times", isNumber: true, of: (row) => row.events },
    { name: "Visitors", isNumber: true, of: ({ visitors }) => visitors },
    { name: "Last", isNumber: true, of: ({ lastAt }) => momentOf(lastAt) },
  ];
  byId("events").replaceChildren(table("Events by name", columns, events, (row) => row.events));
}

async function showProperties({ site, from, to, bots }, name) {
  const { sampledEvents, properties } = await read("reports/properties", { site, from, to, bots, name });
  byId("properties-card").hidden = false;
  byId("properties-heading").textContent = `Properties of ${name}`;
  byId("properties-note").textContent = `Of the last ${counted(sampledEvents)} of these events.`;
  byId("properties").replaceChildren(
    ...(properties.length ? properties.flatMap(propertyOf) : [nothing("They carry none.")]),
  );
}

function propertyOf({ name, values }) {
  const columns = [
    { name: "Value", of: ({ value }) => value },
    { name: "Events", isNumber: true, of: ({ events }) => events },
  ];
  return [element("h3", {}, name), table(`Values of ${name}`, columns, values, ({ events }) => events)];
}

/** Another site has other events. */
export function closeProperties() {
  byId("properties-card").hidden = true;
}
