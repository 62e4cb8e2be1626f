// What the facts of a page mean: one line for each thing that can be wrong, with what to do about it.

import { allowsImport, allowsInline, allowsRequest, allowsScript, allowsWasm, parsePolicies } from "./policy.js";

/** Why an address was not answered. */
const PROBLEMS = {
  unknown_host: "there is no host of this name",
  not_public:
    "it is on a private network, and this collector does not read such for others. Run the check on a collector that listens on 127.0.0.1 without a token",
  timeout: "it did not answer within 10 seconds",
  tls: "its certificate or encryption is not right",
  redirects: "it redirects more than five times",
  unreachable: "the connection failed",
};

const line = (id, verdict, title, text, cure = "") => ({ id, verdict, title, text, cure });

const say = ({ problem, status, url }) => (problem ? `${url}: ${PROBLEMS[problem]}.` : `${url} is answered ${status}.`);

const isThere = ({ problem, status }) => !problem && status >= 200 && status < 300;

/** The lines about a page, in the order in which they matter. */
export function linesOf({ answer, page, files }) {
  if (!isThere(answer) || !page.isHtml) return [pageLine(answer, page)];
  const policies = parsePolicies([...answer.policies, ...page.policies]);
  const loaders = page.scripts.filter(({ isLoader }) => isLoader);
  const lines = [pageLine(answer, page), scriptLine(page, loaders), ...stubLines(page, policies)];
  const [loader] = loaders;
  if (!loader) return lines;
  const file = (kind) => files.find((one) => one.kind === kind);
  return [
    ...lines,
    twiceLine(loaders),
    ...fileLines(file, answer.url),
    ...policyLines(policies, loader, file, answer.url),
    endpointLine(file("endpoint"), answer.url),
    consentLine(loader),
  ];
}

function pageLine(answer, page) {
  const title = "The page";
  if (answer.problem) return line("page", "bad", title, say(answer), "Correct the address, or see to the server.");
  if (!isThere(answer)) {
    const isClosed = answer.status === 401 || answer.status === 403;
    const cure = isClosed ? "Check a page that needs no login; its tag is the same." : "Correct the address.";
    return line("page", "bad", title, say(answer), cure);
  }
  if (!page.isHtml) return line("page", "bad", title, `${answer.url} is no HTML.`, "Give the address of a page.");
  return line("page", "ok", title, `${answer.url} is there.`);
}

function scriptLine(page, [loader]) {
  const title = "The tracker's script";
  if (loader) {
    const { "data-site": site } = loader.attributes;
    if (site) return line("script", "ok", title, `${loader.src}, for the site "${site}".`);
    const cure = 'Add data-site="…" to the tag: the id under which the events are kept.';
    return line("script", "bad", title, `${loader.src} has no data-site, so the tracker does not start.`, cure);
  }
  if (page.scripts.some(({ isStub }) => isStub)) {
    const cure =
      'Add <script async src="https://collector.example/sillage.js" data-site="…"></script> behind the stub.';
    return line(
      "script",
      "warn",
      title,
      "There is an inline script that speaks of the tracker, but no tag that loads it.",
      cure,
    );
  }
  const cure =
    "Put the script tag into the page, or open the page below: a tracker from npm or a tag manager is not in the HTML, and only a visit can tell.";
  return line("script", "warn", title, "The page's HTML has no tag of sillage.js.", cure);
}

function stubLines(page, policies) {
  const stub = page.scripts.find(({ isStub }) => isStub);
  const isAllowed = stub && allowsInline(policies, stub);
  if (!stub || isAllowed) return [];
  const title = "The inline script";
  if (isAllowed === undefined) {
    const text =
      "The policy allows inline scripts by digest. Whether this one is among them is for the browser to say.";
    return [line("inline", "unknown", title, text, "Look for a violation in the console.")];
  }
  const cure = "Give the inline script a nonce, or name its digest in script-src.";
  return [
    line("inline", "bad", title, "The content security policy forbids the inline script that calls the tracker.", cure),
  ];
}

function twiceLine(loaders) {
  const title = "Included once";
  if (loaders.length === 1) return line("twice", "ok", title, "There is one tag.");
  const cure = "Keep one tag, in the template that all pages share.";
  const text = `There are ${loaders.length} tags. The first one that runs counts; the others, and what they are set to, are passed over.`;
  return line("twice", "bad", title, text, cure);
}

const FILES = {
  loader: ["The loader", /javascript/],
  chunk: ["The tracker's second script", /javascript/],
};

function fileLines(file, page) {
  return Object.entries(FILES).flatMap(([kind, [title, type]]) => {
    const found = file(kind);
    if (!found) {
      if (kind === "loader" || !isThere(file("loader"))) return [];
      const text = "The loader does not name it: it is none of Sillage's, or something on the way has changed it.";
      return [line(kind, "bad", title, text, "Serve the files of dist/web as they are.")];
    }
    return [fileLine(kind, title, type, found, page)];
  });
}

function fileLine(kind, title, type, found, page) {
  const { url, contentType, allowsOrigin } = found;
  if (!isThere(found))
    return line(
      kind,
      "bad",
      title,
      say(found),
      "Serve all files of dist/web beside each other, or let the collector (--assets).",
    );
  if (page.startsWith("https:") && url.startsWith("http:"))
    return line(
      kind,
      "bad",
      title,
      `${url} is not encrypted, and browsers load no such script in an encrypted page.`,
      "Serve it over https.",
    );
  if (
    kind !== "loader" &&
    new URL(url).origin !== new URL(page).origin &&
    !["*", new URL(page).origin].includes(allowsOrigin)
  )
    return line(
      kind,
      "bad",
      title,
      `${url} may not be read by pages of other origins.`,
      "Send Access-Control-Allow-Origin: * with it.",
    );
  if (type.test(contentType)) return line(kind, "ok", title, `${url}, ${contentType}.`);
  const said = contentType ? `is sent as ${contentType}` : "is sent without a media type";
  if (/html/.test(contentType))
    return line(
      kind,
      "bad",
      title,
      `${url} ${said}: a page stands in its place.`,
      "Keep the rule that answers unknown addresses with a page away from it.",
    );
  return line(kind, "bad", title, `${url} ${said}, and browsers run no such script.`, "Send it as text/javascript.");
}

function policyLines(policies, loader, file, page) {
  const title = "Content security policy";
  if (policies.length === 0) return [line("policy", "ok", title, "The page has none.")];
  const origin = new URL(loader.src).origin;
  const lines = [];
  const chunk = file("chunk")?.url ?? loader.src;
  if (!allowsScript(policies, loader, page))
    lines.push(
      line(
        "policy-script",
        "bad",
        `${title}: script-src`,
        `It forbids ${loader.src}.`,
        `Add ${origin} to script-src, or its nonce to the tag.`,
      ),
    );
  else if (!allowsImport(policies, loader, chunk, page))
    lines.push(
      line(
        "policy-script",
        "bad",
        `${title}: script-src`,
        `It forbids ${chunk}, which the loader imports.`,
        `Add ${origin} to script-src.`,
      ),
    );
  if (!allowsWasm(policies))
    lines.push(
      line(
        "policy-wasm",
        "warn",
        `${title}: 'wasm-unsafe-eval'`,
        "It forbids WebAssembly, so the larger fallback is loaded, and browsers report a violation.",
        "Add 'wasm-unsafe-eval' to script-src.",
      ),
    );
  const endpoint = file("endpoint")?.url;
  if (endpoint && !allowsRequest(policies, endpoint, page)) {
    const to = new URL(endpoint).origin;
    lines.push(
      line(
        "policy-connect",
        "bad",
        `${title}: connect-src`,
        `It forbids sending events to ${to}.`,
        `Add ${to} to connect-src.`,
      ),
    );
  }
  return lines.length > 0
    ? lines
    : [line("policy", "ok", title, "It allows the script, WebAssembly and the requests.")];
}

function endpointLine(found, page) {
  const title = "The endpoint";
  if (!found) return line("endpoint", "unknown", title, "Its address is not known.");
  if (page.startsWith("https:") && found.url.startsWith("http:"))
    return line(
      "endpoint",
      "bad",
      title,
      `${found.url} is not encrypted, and browsers send nothing there from an encrypted page.`,
      "Serve the collector over https.",
    );
  if (!isThere(found))
    return line(
      "endpoint",
      "bad",
      title,
      say(found),
      "Start the collector, open its port, or correct data-endpoint. A path prefix belongs to it.",
    );
  if (!found.allowsOrigin)
    return line(
      "endpoint",
      "bad",
      title,
      `${found.url} lets no page read its answers: it is no collector, or a proxy takes the headers away.`,
      "Let Access-Control-Allow-Origin through.",
    );
  return line("endpoint", "ok", title, `${found.url} answers.`);
}

function consentLine({ attributes }) {
  const title = "Consent";
  const state = attributes["data-consent"] || "granted";
  if (state === "granted")
    return line("consent", "ok", title, "Events are recorded from the first page on (data-consent is not set).");
  if (state === "denied")
    return line(
      "consent",
      "warn",
      title,
      'data-consent="denied": nothing is recorded until a visitor agrees.',
      'Call sillage.consent("granted") where your banner is answered with yes.',
    );
  if (state === "pending")
    return line(
      "consent",
      "warn",
      title,
      'data-consent="pending": events wait in memory until the visitor has chosen.',
      'Call sillage.consent("granted") or ("denied") when your banner is answered.',
    );
  if (state === "tcf" || state === "google")
    return line(
      "consent",
      "warn",
      title,
      `data-consent="${state}": events wait until that program says what the visitor chose.`,
      "Answer its banner in the tab that is opened below.",
    );
  return line(
    "consent",
    "bad",
    title,
    `data-consent="${state}" is no state.`,
    "It is granted, pending, denied, tcf or google.",
  );
}
