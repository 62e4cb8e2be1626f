// Asking the collector.

import { readToken } from "../shared/token.js";

/** An answer that is none: `status` and the collector's words. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Reads a report; `parameters` without those that are empty. */
export async function read(path, parameters, signal) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value != null && value !== ""));
  const token = readToken();
  const response = await fetch(`v1/${path}?${query}`, {
    signal,
    headers: token ? { authorization: `Bearer ${token}` } : {},
  });
  if (response.ok) return response.json();
  const body = await response.json().catch(() => ({}));
  throw new Refused(response.status, body.message ?? `The collector answered ${response.status}.`);
}

/** The sites, in the order of their ids. */
export async function readSites(signal) {
  const { sites } = await read("sites", { limit: 200 }, signal);
  return sites;
}
