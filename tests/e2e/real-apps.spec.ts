/** Applications that nobody here wrote, driven as their users would: what is recorded is what was done. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
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

  test("Verdaccio's shop window: React, with the History API", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    const files = join(packageFolder("@verdaccio/ui-theme"), "static");
    const manifest = JSON.parse(readFileSync(join(files, "manifest.json"), "utf8")) as Record<string, string>;
    origin.serveFolder("/-/static/", files);
    const dist = { fileCount: 3, unpackedSize: 4096, tarball: `${origin.origin}/rope.tgz` };
    const rope = {
      name: "rope",
      version: "1.2.0",
      description: "Knots",
      license: "MIT",
      dist,
      keywords: [],
      author: { name: "Jo", avatar: "/jo.svg" },
    };
    const anchor = { ...rope, name: "anchor", description: "Holds" };
    const json = { "content-type": "application/json" };
    origin.serve("/-/verdaccio/data/packages", JSON.stringify([anchor, rope]), json);
    for (const it of [anchor, rope]) {
      const about = { latest: it, versions: { "1.2.0": it }, "dist-tags": { latest: "1.2.0" }, time: {}, _uplinks: {} };
      origin.serve(`/-/verdaccio/data/sidebar/${it.name}`, JSON.stringify(about), json);
      origin.serve(`/-/verdaccio/data/package/readme/${it.name}`, `<h1>About ${it.name}</h1>`);
    }
    const url = `${origin.origin}/`;
    const options = {
      base: url,
      url_prefix: "/",
      title: "Harbour",
      version: "6.0.0",
      pkgManagers: ["npm"],
      login: false,
    };
    const scripts = ["runtime.js", "vendors.js", "main.js"].map(
      (name) => `<script defer src="/${manifest[name]}"></script>`,
    );
    origin.serveElsewhere(
      `<!doctype html><title>Harbour</title><base href="${url}">${stage.tag(site)}
       <script>window.__VERDACCIO_BASENAME_UI_OPTIONS = ${JSON.stringify(options)}</script>
       <div id="root"></div>${scripts.join("")}`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.click("a:has-text('rope')");
    await page.waitForSelector("h1:has-text('About rope')");
    await page.click("#versions-tab");
    await page.goBack();
    await page.click("a:has-text('anchor')");
    await page.waitForSelector("h1:has-text('About anchor')");
    const at = (name: string) => `${url}-/web/detail/${name}`;
    const visit = { session: "one", visitor: "me" };
    await expectEvents(
      collector,
      site,
      [
        pageview(url, { ...visit, view: "1", referrer: null }),
        click(/>a$/, { ...visit, view: "1", prompt: "rope", href: at("rope") }),
        pageview(at("rope"), { ...visit, view: "2", referrer: url }),
        click("#versions-tab", { ...visit, view: "2", href: null }),
        pageview(url, { ...visit, view: "3", referrer: at("rope") }),
        click(/>a$/, { ...visit, view: "3", prompt: "anchor", href: at("anchor") }),
        pageview(at("anchor"), { ...visit, view: "4", referrer: url, totals: [7, 4] }),
      ],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("Vue with its router, which replaces the address before it goes on, and sets the title behind it", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    for (const name of ["vue", "vue-router"]) origin.serveFolder(`/${name}-files/`, join(packageFolder(name), "dist"));
    const url = `${origin.origin}/`;
    origin.serveElsewhere(
      `<!doctype html><title>Boats</title>${stage.tag(site)}<div id="app"></div>
       <script src="/vue-files/vue.global.prod.js"></script>
       <script src="/vue-router-files/vue-router.global.prod.js"></script>
       <script>
         const { createRouter, createWebHistory } = VueRouter;
         const list = { template: \`<ul><li v-for="id in 3" :key="id">
           <router-link :to="'/boats/' + id" :id="'boat-' + id">Boat {{ id }}</router-link></li></ul>
           <button id="sort" @click="$router.replace({ query: { sort: 'name' }, hash: '#top' })">Sort</button>\` };
         const boat = { template: \`<h1>Boat {{ $route.params.id }}</h1><router-link to="/boats" id="all">All</router-link>\` };
         const router = createRouter({
           history: createWebHistory(),
           scrollBehavior: () => ({ top: 0 }),
           routes: [
             { path: "/", redirect: "/boats" },
             { path: "/boats", component: list, meta: { title: "All boats" } },
             { path: "/boats/:id", component: boat, meta: { title: "One boat" } },
           ],
         });
         router.afterEach((to) => { document.title = to.meta.title; });
         Vue.createApp({ template: "<router-view></router-view>" }).use(router).mount("#app");
       </script>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(`${url}boats`);
    await page.click("#boat-2");
    await page.waitForSelector("h1:has-text('Boat 2')");
    await page.click("#all");
    await page.click("#sort");
    await page.waitForURL("**/boats?sort=name#top");
    await page.goBack();
    await page.waitForSelector("h1:has-text('Boat 2')");
    const at = (path: string) => `${url}boats${path}`;
    const visit = { session: "one", visitor: "me" };
    const titled = (title: string) => ({ webEvent: { page: { title } } });
    await expectEvents(
      collector,
      site,
      [
        pageview(at(""), { ...visit, view: "1", referrer: null }),
        click("#boat-2", { ...visit, view: "1", prompt: "Boat 2", href: at("/2") }),
        pageview(at("/2"), { ...visit, view: "2", referrer: at(""), also: titled("One boat") }),
        click("#all", { ...visit, view: "2", prompt: "All", href: at("") }),
        pageview(at(""), { ...visit, view: "3", referrer: at("/2"), also: titled("All boats") }),
        click("#sort", { ...visit, view: "3", prompt: "Sort", href: null }),
        pageview(at("?sort=name#top"), { ...visit, view: "4", referrer: at("") }),
        pageview(at("/2"), { ...visit, view: "5", referrer: at("?sort=name#top"), totals: [8, 5] }),
      ],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
  });

  test("a picker that lives in a shadow tree", async () => {
    const { collector, origin } = stage;
    const site = stage.newSite();
    origin.serveFolder("/picker-files/", packageFolder("emoji-picker-element"));
    const emoji = (emoji: string, annotation: string, group: number, order: number) => ({
      ...{ emoji, annotation, group, order, version: 1 },
      ...{ shortcodes: [annotation], tags: [annotation] },
    });
    origin.serve(
      "/emoji.json",
      JSON.stringify([emoji("⛵", "sailboat", 5, 1), emoji("⚓", "anchor", 5, 2), emoji("😀", "grin", 0, 3)]),
    );
    const url = origin.serve(
      "/picker",
      `<!doctype html><meta charset="utf-8"><title>Picker</title>${stage.tag(site)}
       <emoji-picker id="picker" data-source="/emoji.json"></emoji-picker><output id="picked"></output>
       <script type="module">
         import "/picker-files/index.js";
         document.querySelector("emoji-picker").addEventListener("emoji-click", ({ detail }) => {
           document.querySelector("output").append(detail.unicode);
         });
       </script>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.click("emoji-picker [role=tab][aria-label*=Travel]");
    await page.click("emoji-picker [role=menuitem][aria-label*=anchor]");
    await page.waitForSelector("output:has-text('⚓')");
    await page.click("emoji-picker [role=tab][aria-label*=Smileys]");
    await page.click("emoji-picker [role=menuitem][aria-label*=grin]");
    await page.waitForSelector("output:has-text('😀')");
    await expectEvents(
      collector,
      site,
      [
        pageview(url, { view: "page" }),
        click(/button/, { view: "page", href: null }),
        click("#emo-⚓", { view: "page", prompt: "⚓", href: null }),
        click(/button/, { view: "page", href: null }),
        click("#emo-😀", { view: "page", prompt: "😀", href: null }),
      ],
      { pages: [page] },
    );
    assert.deepEqual(visitor.exceptions, []);
  });
});
