/**
 * Says what a page is whose address decides it: title, description, keywords and breadcrumb. A
 * classic script in the head, in front of the tracker's: whoever looks at the page sees it described.
 */
globalThis.shopPage = (() => {
  const SHOP = "Wake & Halyard";
  const { categories, products } = globalThis.shopCatalog;
  const home = { name: "Home", path: "/shop/" };
  const builder = { name: "Build a kit", path: "/shop/app/" };
  const steps = {
    "": { name: "Build a kit", text: "Put together what your boat needs, in three steps." },
    hull: { name: "Hull", text: "Choose your boat and what protects its hull." },
    rig: { name: "Rig", text: "Choose what pulls and holds your sails." },
    summary: { name: "Summary", text: "Your kit, ready for the cart." },
  };

  const page = (names, text, keywords, trail) => ({
    title: [...names, SHOP].join(" · "),
    description: text,
    keywords: keywords.join(", "),
    trail: [home, ...trail],
  });

  const categoryTrail = (it) => ({ name: it.name, path: `/shop/category.html?c=${it.id}` });
  const missing = (what) => page([what], `${what}.`, ["not found"], [{ name: what, path: "" }]);

  /** The page at `address`; its trail ends with the page itself. */
  function at(address) {
    const [, , place = "", step = ""] = address.pathname.split("/");
    if (place === "app") {
      const it = Object.hasOwn(steps, step) ? steps[step] : undefined;
      if (!it) return missing("No such step");
      const here = { name: it.name, path: `/shop/app/${step}` };
      const names = step ? [it.name, builder.name] : [it.name];
      return page(names, it.text, ["kit", "configurator", ...(step ? [step] : [])], step ? [builder, here] : [here]);
    }
    if (place === "category.html") {
      const it = categories.find((category) => category.id === address.searchParams.get("c"));
      return it ? page([it.name], it.text, ["sailing", it.id], [categoryTrail(it)]) : missing("No such category");
    }
    const it = products.find((product) => product.id === address.searchParams.get("p"));
    if (!it) return missing("No such product");
    const category = categories.find(({ id }) => id === it.category);
    const here = { name: it.name, path: `/shop/product.html?p=${it.id}` };
    return page([it.name], it.text, ["sailing", it.category, it.sku], [categoryTrail(category), here]);
  }

  const meta = (name, content) => document.querySelector(`meta[name=${name}]`).setAttribute("content", content);

  /** Writes what `page` says into the head, for search engines and for the tracker. */
  function describe({ title, description, keywords, trail }) {
    document.title = title;
    meta("description", description);
    meta("keywords", keywords);
    let data = document.getElementById("breadcrumb-data");
    if (!data) {
      data = document.createElement("script");
      data.type = "application/ld+json";
      data.id = "breadcrumb-data";
      document.head.append(data);
    }
    data.textContent = JSON.stringify({
      "@context": "https://schema.org",
      "@type": "BreadcrumbList",
      itemListElement: trail.map(({ name, path }, at) => ({
        "@type": "ListItem",
        position: at + 1,
        name,
        ...(path && { item: new URL(path, location.origin).href }),
      })),
    });
  }

  const describeHere = () => describe(at(new URL(location.href)));
  describeHere();
  // Back and forward within the kit builder: as on loading, before anyone else looks.
  addEventListener("popstate", describeHere, true);
  return { at, describe };
})();
