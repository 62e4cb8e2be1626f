import { startCollector } from "./support/collector.ts";
import { launchBrowser } from "./support/browser.ts";
const c = await startCollector();
const b = await launchBrowser();
const ctx = await b.newContext();
await ctx.addInitScript(() => {
      for (const name of ["put", "get", "getAll", "delete", "openCursor"] as const) {
        const original = IDBObjectStore.prototype[name] as any;
        (IDBObjectStore.prototype as any)[name] = function (...args: unknown[]) {
          const request = original.apply(this, args);
          for (const type of ["success", "error"]) request.addEventListener(type, (event: Event) => event.stopImmediatePropagation());
          return request;
        };
      }
});
const p = await ctx.newPage();
p.on("console", m => console.log("console", m.text()));
p.on("pageerror", e => console.log("pageerror", e.stack));
await p.goto(c.gate.origin + "/shop/");
for (let i = 0; i < 8; i++) { await new Promise(r => setTimeout(r, 1000));
console.log(await p.evaluate(() => JSON.stringify(window.sillage!.stats())), c.gate.asked.filter(a => a.method === "POST").length);}
console.log(await p.evaluate(() => JSON.stringify(Object.entries(localStorage))));
await b.close(); await c.remove(); process.exit(0);
