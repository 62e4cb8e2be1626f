// tests/web.rs in headless Chromium, by wasm-bindgen's test runner out of our own lock file.

import { mkdirSync, writeFileSync } from "node:fs";
import { buildTestRunner } from "../build/wasm.mjs";
import { provideBrowser } from "../provision/browser.mjs";
import { provideWasmToolchain, wasmTarget } from "../provision/wasm-toolchain.mjs";
import { execute, root } from "../run.mjs";

/** No sandbox: CI runs as root in a container. The rest keeps Chromium from talking to its maker. */
const chromiumFlags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @returns {Promise<{ code: number | null, output: string }>} how cargo ended, and what it printed */
export async function runWasmTests() {
  const { chromium, chromedriver } = await provideBrowser();
  const { cargo, env } = await provideWasmToolchain();
  const runner = await buildTestRunner();
  const webdriver = `${root}/target/webdriver.json`;
  mkdirSync(`${root}/target`, { recursive: true });
  writeFileSync(webdriver, JSON.stringify({ "goog:chromeOptions": { binary: chromium, args: chromiumFlags } }));
  return execute(cargo, ["test", "--target", wasmTarget, "--package", "sillage", "--test", "web"], {
    tee: true,
    env: {
      ...env,
      CHROMEDRIVER: chromedriver,
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: runner,
      WASM_BINDGEN_TEST_WEBDRIVER_JSON: webdriver,
      WASM_BINDGEN_TEST_TIMEOUT: "120",
    },
  });
}
