// Browsers: for the tests only. `npm start` never needs them.

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

/**
 * Finds the browsers that only the long tests need, or installs Debian's: Firefox, and WebKitGTK as a library
 * that Python drives, with a screen to draw on.
 *
 * `SILLAGE_FIREFOX` names a program elsewhere.
 *
 * @returns {Promise<{ firefox: string }>} its path; the others are where Debian puts them
 */
export async function provideOtherBrowsers() {
  const missing = () => [
    ...(firefox() ? [] : ["firefox-esr"]),
    ...(hasWebKit() ? [] : ["gir1.2-webkit2-4.1", "python3-gi"]),
    ...(find(undefined, ["Xvfb"]) ? [] : ["xvfb"]),
  ];
  if (missing().length > 0) await installPackages("Firefox and WebKitGTK", missing);
  return { firefox: firefox() };
}

const firefox = () => find("SILLAGE_FIREFOX", ["firefox-esr", "firefox"]);
/** The system's Python: another one would not see the system's libraries. */
const hasWebKit = () =>
  output("/usr/bin/python3", ["-c", "import gi; gi.require_version('WebKit2', '4.1')"]) !== undefined;
const chromium = () => find("SILLAGE_CHROMIUM", ["chromium", "chromium-browser", "google-chrome"]);
const chromedriver = () => find("SILLAGE_CHROMEDRIVER", ["chromedriver"]);

function find(variable, names) {
  const named = variable && process.env[variable];
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
