/** Firefox ESR as a process group of its own, on a profile that outlives it, driven by WebDriver BiDi. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bidi, connectBidi } from "../bidi.ts";
import { type Engine, type RunningBrowser, sourceOf, type Tab } from "../engine.ts";
import { lineOf, startGroup } from "../process-group.ts";

/** How long it may take to end after it was asked to, in milliseconds. */
const QUIT_TIMEOUT_MS = 10_000;

/** How long a tab may take to show an address, in milliseconds: generous, for a busy machine. */
const ARRIVAL_TIMEOUT_MS = 30_000;

/**
 * Keeps it from restoring tabs after it was killed, which would be visits that no test has made, and
 * from talking to its maker. Everything else is as its users have it.
 */
const PREFERENCES = {
  "browser.sessionstore.resume_from_crash": false,
  "toolkit.startup.max_resumed_crashes": -1,
  "browser.shell.checkDefaultBrowser": false,
  "browser.aboutwelcome.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "toolkit.telemetry.enabled": false,
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,#remote-settings-dummy/v1",
  "browser.safebrowsing.update.enabled": false,
  "browser.topsites.contile.enabled": false,
  "network.proxy.type": 0,
};

async function launch(profile: string): Promise<RunningBrowser> {
  const preferences = Object.entries(PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(profile, "user.js"), preferences.join(""));
  const group = startGroup(
    process.env.SILLAGE_FIREFOX ?? "firefox-esr",
    ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0", "about:blank"],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, HOME: profile } },
  );
  const bidi = await connectBidi(await lineOf(group, /^WebDriver BiDi listening on (\S+)$/));
  return {
    async open(url) {
      const { context } = await bidi.send("browsingContext.create", { type: "tab" });
      const tab = tabOf(bidi, String(context));
      await tab.goTo(url);
      return tab;
    },
    kill: () => group.kill(),
    async quit() {
      // Its connection ends with it: the answer may not come.
      await bidi.send("browser.close", {}).catch(() => undefined);
      await group.ended(QUIT_TIMEOUT_MS);
    },
  };
}

function tabOf(bidi: Bidi, context: string): Tab {
  const tab: Tab = {
    async run(task, ...args) {
      const { type, result, exceptionDetails } = (await bidi.send("script.callFunction", {
        functionDeclaration: `async () => JSON.stringify(await ${sourceOf(task, args)})`,
        target: { context },
        awaitPromise: true,
      })) as { type: string; result?: { value?: string }; exceptionDetails?: { text: string } };
      if (type === "exception") throw new Error(exceptionDetails?.text);
      return result?.value === undefined ? undefined : JSON.parse(result.value);
    },
    async click(selector) {
      const { nodes } = (await bidi.send("browsingContext.locateNodes", {
        context,
        locator: { type: "css", value: selector },
      })) as { nodes: { sharedId: string }[] };
      const [element] = nodes;
      if (!element) throw new Error(`${selector} is not there`);
      const actions = [
        { type: "pointerMove", x: 0, y: 0, origin: { type: "element", element: { sharedId: element.sharedId } } },
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ];
      await bidi.send("input.performActions", { context, actions: [{ type: "pointer", id: "mouse", actions }] });
    },
    async goTo(url) {
      await bidi.send("browsingContext.navigate", { context, url, wait: "complete" });
    },
    async arrivedAt(url) {
      const deadline = Date.now() + ARRIVAL_TIMEOUT_MS;
      // While one page follows another there is none to ask.
      const shown = () => tab.run(() => `${document.readyState} ${location.href}`).catch(() => "");
      while ((await shown()) !== `complete ${url}`) {
        if (Date.now() > deadline) throw new Error(`the tab does not come to ${url}`);
        await new Promise((later) => setTimeout(later, 20));
      }
    },
    async setOffline(isOffline) {
      const networkConditions = isOffline ? { type: "offline" } : null;
      // Newer than the oldest ESR that is still used.
      await bidi.send("emulation.setNetworkConditions", { networkConditions, contexts: [context] }).catch(() => {});
    },
    async close() {
      await bidi.send("browsingContext.close", { context, promptUnload: true });
    },
  };
  return tab;
}

export const firefox: Engine = { name: "firefox", launch };
