/** Pages that exist in the browser only: links below /shop/app/ change the address and load nothing. */
const ROOT = "/shop/app/";
let show;

const step = () => location.pathname.slice(ROOT.length).replace(/\/$/, "");

/** Goes to a page of the builder, as a link would. */
export function go(path) {
  if (path === location.pathname) return;
  history.pushState({ step: path.slice(ROOT.length) }, "", path);
  show(step());
  scrollTo(0, 0);
}

/** Shows the page of the address, now and whenever it changes. */
export function startRouter(showStep) {
  show = showStep;
  // The entry that the browser made gets our state; its address stays, so this is no new page.
  history.replaceState({ step: step() }, "");
  addEventListener("popstate", () => show(step()));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const isOurs = link && link.origin === location.origin && link.pathname.startsWith(ROOT) && !link.target;
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!isOurs || !isPlain || event.defaultPrevented) return;
    event.preventDefault();
    go(link.pathname);
  });
  show(step());
}
