#!/usr/bin/env node
/**
 * Firefox ESR for Playwright, which speaks WebDriver BiDi to stock Firefox (channel "moz-firefox") but sends
 * commands that the ESR does not know yet. Playwright starts this program in the browser's place: it starts the
 * browser, and relays what both say.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { WebSocket, WebSocketServer } from "ws";

/** Settings that no test of ours asks for; Playwright fails without them. */
const MAY_BE_UNKNOWN = ["emulation.setMediaFeaturesOverride"];

const firefox = spawn(process.env.SILLAGE_FIREFOX ?? "firefox-esr", process.argv.slice(2), {
  stdio: ["inherit", "inherit", "pipe"],
});
firefox.once("error", (error) => {
  console.error(String(error));
  process.exit(1);
});
firefox.once("exit", (code) => process.exit(code ?? 1));
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => firefox.kill(signal));

createInterface(firefox.stderr).on("line", async (line) => {
  const address = /^WebDriver BiDi listening on (\S+)$/.exec(line)?.[1];
  console.error(address ? `WebDriver BiDi listening on ${await relayTo(address)}` : line);
});

/** Opens a relay to the browser's address; gives its own. */
async function relayTo(address) {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await new Promise((listening) => server.once("listening", listening));
  server.on("connection", (client, { url }) => {
    const browser = new WebSocket(`${address}${url}`, { maxPayload: 0 });
    const opened = new Promise((open) => browser.once("open", open));
    const forgiven = new Set();
    client.on("message", async (data) => {
      const text = String(data);
      const { id, method } = JSON.parse(text);
      if (MAY_BE_UNKNOWN.includes(method)) forgiven.add(id);
      await opened;
      browser.send(text);
    });
    browser.on("message", (data) => {
      const text = String(data);
      const { id, error } = JSON.parse(text);
      const isForgiven = forgiven.delete(id) && error === "unknown command";
      client.send(isForgiven ? JSON.stringify({ id, type: "success", result: {} }) : text);
    });
    client.on("close", () => browser.close());
    browser.on("close", () => client.close());
    browser.on("error", () => client.close());
  });
  return `ws://127.0.0.1:${server.address().port}`;
}
