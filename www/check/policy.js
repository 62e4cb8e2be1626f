// What a content security policy lets the tracker do. The part of CSP level 3 that the tracker's files meet:
// https://www.w3.org/TR/CSP3/

/** Policies as they came, each header perhaps several, as lists of directives. */
export function parsePolicies(texts) {
  return texts
    .flatMap((text) => text.split(","))
    .map((text) => {
      const directives = new Map();
      for (const part of text.split(";")) {
        const [name, ...sources] = part.trim().split(/\s+/);
        if (name && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources);
      }
      return directives;
    })
    .filter((directives) => directives.size > 0);
}

/** The sources that govern something: of the first directive that there is. Undefined: nothing is forbidden. */
const sourcesOf = (policy, ...names) => policy.get(names.find((name) => policy.has(name)));

const scriptSources = (policy) => sourcesOf(policy, "script-src-elem", "script-src", "default-src");

const has = (sources, keyword) => sources.some((source) => source.toLowerCase() === keyword);

/** Whether every policy lets a script tag load its file. */
export function allowsScript(policies, script, page) {
  return policies.every((policy) => {
    const sources = scriptSources(policy);
    if (!sources || isVouchedFor(sources, script)) return true;
    return !has(sources, "'strict-dynamic'") && sources.some((source) => matches(source, script.src, page));
  });
}

/** Whether every policy lets that script import a file. */
export function allowsImport(policies, script, url, page) {
  return policies.every((policy) => {
    const sources = scriptSources(policy);
    if (!sources || hasNonce(sources, script) || has(sources, "'strict-dynamic'")) return true;
    return sources.some((source) => matches(source, url, page));
  });
}

/** Whether every policy lets an inline script run; undefined where only its digest could tell. */
export function allowsInline(policies, script) {
  let isSure = true;
  const isAllowed = policies.every((policy) => {
    const sources = scriptSources(policy);
    if (!sources || hasNonce(sources, script)) return true;
    const digests = sources.some((source) => /^'sha(256|384|512)-/i.test(source));
    if (digests) isSure = false;
    const isOff = digests || has(sources, "'strict-dynamic'") || sources.some((source) => /^'nonce-/i.test(source));
    return digests || (!isOff && has(sources, "'unsafe-inline'"));
  });
  return isAllowed && !isSure ? undefined : isAllowed;
}

/** Whether every policy lets WebAssembly be compiled. */
export function allowsWasm(policies) {
  return policies.every((policy) => {
    const sources = sourcesOf(policy, "script-src", "default-src");
    return !sources || has(sources, "'wasm-unsafe-eval'") || has(sources, "'unsafe-eval'");
  });
}

/** Whether every policy lets requests go to an address. */
export function allowsRequest(policies, url, page) {
  return policies.every((policy) => {
    const sources = sourcesOf(policy, "connect-src", "default-src");
    return !sources || sources.some((source) => matches(source, url, page));
  });
}

function hasNonce(sources, { attributes }) {
  return Boolean(attributes.nonce) && sources.includes(`'nonce-${attributes.nonce}'`);
}

/** By its nonce, or because each digest of the tag is one of the policy's. */
function isVouchedFor(sources, script) {
  const digests = (script.attributes.integrity ?? "").split(/\s+/).filter(Boolean);
  const isKnown = digests.length > 0 && digests.every((digest) => sources.includes(`'${digest}'`));
  return hasNonce(sources, script) || isKnown;
}

/** Whether a source expression takes in an address. */
function matches(source, address, pageAddress) {
  const url = new URL(address);
  const page = new URL(pageAddress);
  const expression = source.toLowerCase();
  if (expression === "*") return /^https?:$/.test(url.protocol) || url.protocol === page.protocol;
  if (expression === "'self'") return url.host === page.host && isSameOrSafer(url.protocol, page.protocol);
  const scheme = /^([a-z][a-z0-9+.-]*:)$/.exec(expression);
  if (scheme) return isSameOrSafer(url.protocol, scheme[1]);
  const host = /^(?:([a-z][a-z0-9+.-]*:)\/\/)?([^/:']+|\[[^\]]+\])(?::(\d+|\*))?(\/.*)?$/.exec(expression);
  if (!host) return false;
  const [, wantedScheme, wantedHost, wantedPort] = host;
  if (!isSameOrSafer(url.protocol, wantedScheme ?? page.protocol)) return false;
  const isHost = wantedHost.startsWith("*.")
    ? url.hostname.endsWith(wantedHost.slice(1))
    : wantedHost === "*" || url.hostname === wantedHost;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const isPort = wantedPort ? wantedPort === "*" || wantedPort === port : url.port === "";
  // Paths keep their capitals.
  const path = host[4] ? source.slice(source.length - host[4].length) : "";
  const isPath = !path || (path.endsWith("/") ? url.pathname.startsWith(path) : url.pathname === path);
  return isHost && isPort && isPath;
}

const isSameOrSafer = (actual, wanted) => actual === wanted || (wanted === "http:" && actual === "https:");
