/** Applications that nobody here wrote, driven as their users would: what is recorded is what was done. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe } from "node:test";
import { root } from "./support/collector.ts";
import { click, expectEvents, pageview } from "./support/expect-events.ts";
import { setStage, test } from "./support/stage.ts";

const packageFolder = (name: string) => join(root, "node_modules", name);

describe("real applications", () => {
  const stage = setStage();

  test("Swagger UI, whose places are fragments", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    origin.serveFolder("/swagger-files/", packageFolder("swagger-ui-dist"));
    const operation = (operationId: string) => ({
      tags: ["boats"],
      operationId,
      summary: operationId,
      responses: { 200: { description: "ok" } },
    });
    const api = {
      openapi: "3.0.3",
      info: { title: "Harbour", version: "1" },
      paths: { "/boats": { get: operation("listBoats"), post: operation("addBoat") } },
    };
    const url = origin.serve(
      "/swagger",
      `<!doctype html><title>Harbour API</title><link rel="stylesheet" href="/swagger-files/swagger-ui.css">
       <div id="swagger-ui"></div>${stage.tag(site, "data-hash-routing")}
       <script src="/swagger-files/swagger-ui-bundle.js"></script>
       <script>SwaggerUIBundle({ dom_id: "#swagger-ui", deepLinking: true, spec: ${JSON.stringify(api)} })</script>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.click("#operations-boats-listBoats .opblock-summary-control");
    await page.waitForURL("**#/boats/listBoats");
    await page.click("#operations-boats-listBoats .try-out__btn");
    await page.click("#operations-boats-addBoat .opblock-summary-control");
    await page.waitForURL("**#/boats/addBoat");
    await page.goBack();
    await page.waitForURL("**#/boats/listBoats");
    const at = (fragment: string) => `${url}#/boats/${fragment}`;
    const visit = { session: "one", visitor: "me" };
    await expectEvents(
      collector,
      site,
      [
        pageview(url, { ...visit, view: "1", referrer: null, also: { webEvent: { page: { title: "Harbour API" } } } }),
        click(/listBoats/, { ...visit, view: "1", prompt: /^GET \/boats listBoats$/ }),
        pageview(at("listBoats"), { ...visit, view: "2", referrer: url }),
        click(/>button$/, { ...visit, view: "2", prompt: "Try it out" }),
        click(/addBoat/, { ...visit, view: "2", prompt: /^POST \/boats addBoat$/ }),
        pageview(at("addBoat"), { ...visit, view: "3", referrer: at("listBoats") }),
        pageview(at("listBoats"), { ...visit, view: "4", referrer: at("addBoat"), totals: [7, 4] }),
      ],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("Docsify with the History API, over the documentation of other packages", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    origin.serveFolder("/docsify-files/", packageFolder("docsify/dist"));
    for (const name of ["marked", "picomatch", "nanoid"]) origin.serveFolder(`/docs/${name}/`, packageFolder(name));
    origin.serve(
      "/docs/_sidebar.md",
      "- [Start](/)\n- [Marked](/marked/README.md)\n- [Picomatch](/picomatch/README.md)\n",
    );
    origin.serve("/docs/README.md", "# Libraries\n\nRead about [Nano ID](/nanoid/README.md) first.\n");
    const url = `${origin.origin}/`;
    origin.serveElsewhere(
      `<!doctype html><title>Libraries</title><div id="app"></div>${stage.tag(site)}
       <script>window.$docsify = { el: "#app", basePath: "/docs/", routerMode: "history", loadSidebar: true,
         alias: { "/.*/_sidebar.md": "/_sidebar.md" }, autoHeader: false };</script>
       <script src="/docsify-files/docsify.min.js"></script>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.click("#main a:has-text('Nano ID')");
    await page.waitForURL("**/nanoid/README");
    await page.waitForSelector("#main h1:has-text('Nano ID')");
    await page.click(".sidebar a:has-text('Picomatch')");
    await page.waitForURL("**/picomatch/README");
    await page.waitForSelector("#main h1:has-text('picomatch'), #main h1:has-text('Picomatch')");
    await page.goBack();
    await page.waitForSelector("#main h1:has-text('Nano ID')");
    await page.click(".sidebar a:has-text('Marked')");
    await page.waitForURL("**/marked/README");
    // The link beside a heading changes the address too.
    await page.click("#main h2:has-text('Usage') a");
    await page.waitForURL("**/marked/README?id=usage");
    const at = (name: string) => `${url}${name}/README`;
    const visit = { session: "one", visitor: "me" };
    await expectEvents(
      collector,
      site,
      [
        pageview(url, { ...visit, view: "1", referrer: null }),
        click("#main>p>a", { ...visit, view: "1", prompt: "Nano ID", href: at("nanoid") }),
        pageview(at("nanoid"), { ...visit, view: "2", referrer: url }),
        click(/^#__sidebar>/, { ...visit, view: "2", prompt: "Picomatch", href: at("picomatch") }),
        pageview(at("picomatch"), { ...visit, view: "3", referrer: at("nanoid") }),
        pageview(at("nanoid"), { ...visit, view: "4", referrer: at("picomatch") }),
        click(/^#__sidebar>/, { ...visit, view: "4", prompt: "Marked", href: at("marked") }),
        pageview(at("marked"), { ...visit, view: "5", referrer: at("nanoid") }),
        click("#usage>a", { ...visit, view: "5", prompt: "Usage", href: `${at("marked")}?id=usage` }),
        pageview(`${at("marked")}?id=usage`, { ...visit, view: "6", referrer: at("marked"), totals: [10, 6] }),
      ],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
  });
});
