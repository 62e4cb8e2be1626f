// Chromium and its driver: for the tests only. `npm start` never needs them.

import { existsSync } from "node:fs";
import { Failure, output } from "../run.mjs";
import { installPackages } from "./debian.mjs";

/**
 * Finds the browser, or installs Debian's.
 *
 * `SILLAGE_CHROMIUM` and `SILLAGE_CHROMEDRIVER` name programs elsewhere.
 *
 * @returns {Promise<{ chromium: string, chromedriver: string }>} their paths
 */
export async function provideBrowser() {
  const missing = () => [...(chromium() ? [] : ["chromium"]), ...(chromedriver() ? [] : ["chromium-driver"])];
  if (missing().length > 0) await installPackages("Chromium with its driver", missing);
  return { chromium: chromium(), chromedriver: chromedriver() };
}

const chromium = () => find("SILLAGE_CHROMIUM", ["chromium", "chromium-browser", "google-chrome"]);
const chromedriver = () => find("SILLAGE_CHROMEDRIVER", ["chromedriver"]);

function find(variable, names) {
  const named = process.env[variable];
  if (named) {
    if (!existsSync(named)) throw new Failure(`${variable} names ${named}, which does not exist`);
    return named;
  }
  for (const name of names) {
    const found = output("sh", ["-c", `command -v ${name}`]);
    if (found) return found;
  }
  return undefined;
}
