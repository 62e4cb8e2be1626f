// Top pages, sources and campaigns.

import { byId } from "../shared/element.js";
import { read } from "./read.js";
import { named, table } from "./table.js";

const ROWS = 10;

const MEDIA = {
  internal: "the site itself",
  search: "search",
  social: "social network",
  email: "e-mail",
  paid: "paid",
};

const number = (name, member) => ({ name, isNumber: true, of: (row) => row[member] });

export async function showPages({ site, from, to, bots }, signal) {
  const { pages } = await read("reports/pages", { site, from, to, bots, limit: ROWS }, signal);
  const columns = [
    { name: "Page", of: ({ page, title }) => named(page, title) },
    number("Views", "pageviews"),
    number("Visitors", "visitors"),
  ];
  byId("pages").replaceChildren(table("Top pages", columns, pages, ({ pageviews }) => pageviews));
}

export async function showSources({ site, from, to, bots }, signal) {
  const { sources } = await read("reports/sources", { site, from, to, bots, limit: ROWS }, signal);
  const columns = [
    {
      name: "Source",
      of: ({ hostname, medium, name }) =>
        named(name ?? hostname ?? "Directly", MEDIA[medium] ?? (name ? hostname : "")),
    },
    number("Sessions", "sessions"),
  ];
  byId("sources").replaceChildren(table("Sources of sessions", columns, sources, ({ sessions }) => sessions));
}

export async function showCampaigns({ site, from, to, bots }, signal) {
  const { campaigns } = await read("reports/campaigns", { site, from, to, bots, limit: ROWS }, signal);
  const columns = [
    {
      name: "Campaign",
      of: ({ source, medium, name }) => named(name ?? "without a name", [source, medium].filter(Boolean).join(", ")),
    },
    number("Sessions", "sessions"),
    number("Visitors", "visitors"),
  ];
  byId("campaigns").replaceChildren(table("Campaigns", columns, campaigns, ({ sessions }) => sessions));
}
