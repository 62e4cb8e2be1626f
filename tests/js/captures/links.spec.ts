/** Where clicks lead. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { linkEvent, type Wanted } from "../../../js/captures/links.ts";

describe("links that are followed", () => {
  const all: Wanted = { ownHosts: [], extensions: ["pdf", "gz"], contacts: true };
  const followed = (url: string, wanted: Partial<Wanted> = {}, isDownload = false, page = "a.test") =>
    linkEvent(url, isDownload, page, { ...all, ...wanted });

  test("a link is one thing at most", () => {
    assert.equal(followed("https://a.test/products?page=2"), undefined);
    assert.equal(followed("javascript:void(0)"), undefined);
    const url = "https://b.test/prices.PDF?token=REDACTED#p";
    assert.deepEqual(followed(url), [
      "file_downloaded",
      { url, fileName: "prices.PDF", fileExtension: "pdf", isOutbound: true },
    ]);
    assert.deepEqual(followed("https://b.test/about"), [
      "outbound_link_clicked",
      { url: "https://b.test/about", hostname: "b.test" },
    ]);
    assert.deepEqual(followed("mailto:jo@b.test?subject=Hello"), ["contact_link_clicked", { channel: "mailto" }]);
    assert.deepEqual(followed("tel:+33123456789"), ["contact_link_clicked", { channel: "tel" }]);
  });

  test("each kind is switched on by itself", () => {
    const none: Wanted = { ownHosts: undefined, extensions: undefined, contacts: false };
    for (const url of ["https://b.test/x.pdf", "https://b.test/", "tel:1"])
      assert.equal(followed(url, none), undefined);
    assert.equal(followed("https://b.test/x.pdf", { extensions: undefined })?.[0], "outbound_link_clicked");
    assert.equal(followed("https://b.test/x.pdf", { ...none, extensions: ["PDF"] })?.[0], "file_downloaded");
  });

  test("a file is told by its name, or by the page", () => {
    const told = (url: string, isDownload = false) => {
      const [name, props] = followed(url, {}, isDownload) ?? [];
      const { fileName, fileExtension } = Object(props);
      return name === "file_downloaded" ? [fileName, fileExtension] : undefined;
    };
    assert.deepEqual(told("https://a.test/archive.tar.gz"), ["archive.tar.gz", "gz"]);
    assert.equal(told("https://a.test?x=/y.pdf"), undefined);
    assert.equal(told("https://a.test/x/"), undefined);
    assert.deepEqual(told("https://a.test/report", true), ["report", ""]);
    assert.deepEqual(told("blob:https://a.test/1b4e28ba", true), ["1b4e28ba", ""]);
  });

  test("hosts are compared as people take them", () => {
    const isOutbound = (url: string) => followed(url, { ownHosts: ["B.test"] }, false, "www.a.test") !== undefined;
    for (const [url, expected] of [
      ["https://a.test/", false],
      ["http://www.a.test:8080?x", false],
      ["https://shop.b.test/", false],
      ["https://b.test/", false],
      ["https://evilb.test/", true],
      ["https://c.a.test/", true],
      ["https://c.test/?https://a.test/", true],
    ] as const)
      assert.equal(isOutbound(url), expected, url);
  });
});
