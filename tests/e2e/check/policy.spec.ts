/** What the installation check takes a content security policy to allow, beside what CSP level 3 says. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
// @ts-expect-error a page's own script, without types
import * as policy from "../../../www/check/policy.js";

const PAGE = "https://shop.example/tea";
const LOADER = "https://c.example/t/sillage.js";
const CHUNK = "https://c.example/t/tracker-1.js";

const allows = (text: string, attributes: Record<string, string> = {}) => {
  const policies = policy.parsePolicies([text]);
  const script = { src: LOADER, attributes };
  return [policy.allowsScript(policies, script, PAGE), policy.allowsImport(policies, script, CHUNK, PAGE)];
};

describe("content security policies", () => {
  for (const [text, expected, attributes] of [
    ["", [true, true]],
    ["img-src 'none'", [true, true]],
    ["script-src 'none'", [false, false]],
    ["default-src 'self'", [false, false]],
    ["default-src 'none'; script-src https://c.example", [true, true]],
    ["script-src c.example", [true, true]],
    ["script-src http://c.example", [true, true]],
    ["script-src *.example", [true, true]],
    ["script-src *.c.example", [false, false]],
    ["script-src https:", [true, true]],
    ["script-src *", [true, true]],
    ["script-src https://c.example:8443", [false, false]],
    ["script-src https://c.example:*", [true, true]],
    ["script-src https://c.example/t/", [true, true]],
    ["script-src https://c.example/t", [false, false]],
    ["script-src https://c.example/t/sillage.js", [true, false]],
    ["script-src 'none'; script-src-elem https://c.example", [true, true]],
    ["SCRIPT-SRC HTTPS://C.EXAMPLE", [true, true]],
    ["script-src 'nonce-abc'", [false, false]],
    ["script-src 'nonce-abc'", [true, true], { nonce: "abc" }],
    ["script-src 'nonce-abc' 'strict-dynamic'", [true, true], { nonce: "abc" }],
    ["script-src https://c.example 'strict-dynamic' 'nonce-abc'", [false, true]],
    ["script-src 'sha384-x'", [true, false], { integrity: "sha384-x" }],
    ["script-src 'sha384-x'", [false, false], { integrity: "sha384-x sha384-y" }],
    ["script-src https://c.example, script-src 'self'", [false, false]],
  ] as [string, boolean[], Record<string, string>?][]) {
    test(`${text || "no policy"} ${attributes ? JSON.stringify(attributes) : ""}`, () => {
      assert.deepEqual(allows(text, attributes), expected);
    });
  }

  test("inline scripts, WebAssembly and requests have their own rules", () => {
    const inline = (text: string, nonce = "") =>
      policy.allowsInline(policy.parsePolicies([text]), { attributes: nonce ? { nonce } : {} });
    assert.deepEqual(
      [inline("script-src 'self'"), inline("script-src 'unsafe-inline'"), inline("script-src 'nonce-a'", "a")],
      [false, true, true],
    );
    assert.equal(inline("script-src 'unsafe-inline' 'nonce-a'"), false);
    assert.equal(inline("script-src 'sha256-x'"), undefined);
    const wasm = (text: string) => policy.allowsWasm(policy.parsePolicies([text]));
    assert.deepEqual(
      [wasm("default-src 'self'"), wasm("script-src 'wasm-unsafe-eval'"), wasm("img-src *")],
      [false, true, true],
    );
    const request = (text: string, url: string) => policy.allowsRequest(policy.parsePolicies([text]), url, PAGE);
    assert.equal(request("connect-src 'self'", "https://shop.example/v1/batches"), true);
    assert.equal(request("connect-src 'self'", "https://c.example/v1/batches"), false);
    assert.equal(request("default-src 'none'; connect-src https://c.example", "https://c.example/v1/batches"), true);
  });
});
