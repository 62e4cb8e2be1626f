/** Addresses without secrets: by examples of the kinds that leak in real life, and by properties of any address. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { redactUrl } from "../../js/redact.ts";

/** Longest address that is kept, in UTF-16 units. */
const MAX_URL = 2_083;

describe("examples", () => {
  const rows = readFileSync(new URL("fixtures/addresses.tsv", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

  test("of real addresses secrets are gone and the rest stays", () => {
    assert.ok(rows.length >= 100);
    for (const row of rows) {
      const [url = "", gone = "", stays = ""] = row.split("\t");
      const redacted = redactUrl(url);
      for (const secret of gone.split(" ").filter(Boolean))
        assert.ok(!redacted.includes(secret), `${url}\n  becomes ${redacted}\n  with ${secret}`);
      for (const kept of stays.split(" ").filter(Boolean))
        assert.ok(redacted.includes(kept), `${url}\n  becomes ${redacted}\n  without ${kept}`);
      assert.equal(redactUrl(redacted), redacted, `again: ${url}`);
    }
  });

  test("secrets leave query, fragment and path", () => {
    for (const [url, redacted] of [
      ["https://a.test/?q=shoes&page=2", "https://a.test/?q=shoes&page=2"],
      ["https://a.test/cb?code=4%2F0Ab&state=x", "https://a.test/cb?code=REDACTED&state=x"],
      ["https://a.test/#access_token=ab&expires_in=3600", "https://a.test/#access_token=REDACTED&expires_in=3600"],
      ["https://a.test/#/reset/9f8e7d?lang=de", "https://a.test/#/reset/REDACTED?lang=de"],
      ["https://a.test/invite/550e8400-e29b-41d4-a716-446655440000", "https://a.test/invite/REDACTED"],
      [
        "https://a.test/order/550e8400-e29b-41d4-a716-446655440000",
        "https://a.test/order/550e8400-e29b-41d4-a716-446655440000",
      ],
      ["https://a.test/s/5f4dcc3b5aa765d61d8327deb882cf99/x", "https://a.test/s/REDACTED/x"],
      ["https://a.test/u/jo%40b.test/posts", "https://a.test/u/REDACTED/posts"],
      ["https://a.test/?contact=jo@b.test", "https://a.test/?contact=REDACTED"],
      ["https://jo:pw@a.test/x", "https://a.test/x"],
      ["https://a.test/x;jsessionid=1A2B?y=1", "https://a.test/x;jsessionid=REDACTED?y=1"],
      ["https://a.test/?next=https%3A%2F%2Fb.test%3Ftoken%3Dabc", "https://a.test/?next=REDACTED"],
      ["https://a.test/?t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.sig", "https://a.test/?t=REDACTED"],
      ["https://a.test/?postcode=12345&author=jo", "https://a.test/?postcode=12345&author=jo"],
      [
        "https://a.test/?api_key=k&API-KEY=k&Password=p",
        "https://a.test/?api_key=REDACTED&API-KEY=REDACTED&Password=REDACTED",
      ],
      ["https://a.test/?token=&x=1", "https://a.test/?token=&x=1"],
    ])
      assert.equal(redactUrl(url ?? ""), redacted);
  });

  test("what analytics needs stays", () => {
    for (const url of [
      "https://a.test/?gclid=EAIaIQobChMI1234567890abCDefGHij_BwE&utm_source=google",
      "https://a.test/?fbclid=IwAR0aB1cD2eF3gH4iJ5kL6mN7oP8qR9s",
      "https://a.test/p/iphone-15-pro-max-256gb-black-titanium",
      "https://a.test/2024/05/some-very-long-title-of-an-article-part-2",
      "https://a.test/?ts=1732233600000&id=12345678901234567890",
      "https://a.test/?share=twitter&reset=1",
      "http://localhost:8080/app/#/route",
    ])
      assert.equal(redactUrl(url), url);
  });

  test("addresses without a host keep their scheme only", () => {
    for (const [url, redacted] of [
      ["mailto:jo@b.test", "mailto:"],
      ["javascript:alert(1)", "javascript:"],
      ["a:", "a:"],
      ["a:/", "a:"],
      ["a://", "a://"],
      [":", ":"],
      ["not an address", ""],
      ["//a.test/x?token=abc", ""],
      ["", ""],
    ])
      assert.equal(redactUrl(url ?? ""), redacted);
  });

  test("each click id may look random, at a length and with changes that redact it elsewhere", () => {
    const random = "aa1Bb2c-dd_efghijklm";
    for (const name of [
      "gclid",
      "msclkid",
      "gbraid",
      "rdt_cid",
      "mc_cid",
      "ScCid",
      "li_fat_id",
      "igshid",
      "epik",
      "_kx",
    ])
      assert.equal(redactUrl(`https://a.test/?${name}=${random}`), `https://a.test/?${name}=${random}`);
    assert.equal(redactUrl(`https://a.test/?x=${random}`), "https://a.test/?x=REDACTED");
    assert.equal(redactUrl(`https://a.test/gclid/${random}`), "https://a.test/gclid/REDACTED");
    for (const [why, kept] of [
      ["too short", random.slice(1)],
      ["no digit", "aBcDeFgHiJkLmNoPqRsT"],
      ["too few changes", "aaaa1111AAAA2222bbbb-cccc-1111_AAAA"],
      ["runs that are too short", "a1B2c3D4.e5F6g7H8i9J0"],
    ])
      assert.equal(redactUrl(`https://a.test/?x=${kept}`), `https://a.test/?x=${kept}`, why);
  });

  test("a secret's name may be part of another, in small and capital letters", () => {
    const names =
      "api_key api-key apikey access_key accesskey signature email jwt credential session sessid bearer hmac";
    for (const name of `token secret password passphrase pwd authorization ${names}`.split(" "))
      for (const around of [name, `my_${name}s`, name.toUpperCase()])
        assert.equal(redactUrl(`https://a.test/?${around}=a`), `https://a.test/?${around}=REDACTED`);
  });

  test("behind words of links, 6 characters with a digit are a token", () => {
    for (const word of "resets invitation share Verify confirm magic activate unsubscribe token session".split(" ")) {
      assert.equal(redactUrl(`https://a.test/${word}/abcde1/x`), `https://a.test/${word}/REDACTED/x`);
      assert.equal(redactUrl(`https://a.test/?${word}s#abcde1`), `https://a.test/?${word}s#REDACTED`);
      for (const kept of ["abcd1", "abcdef", "x/abcde1"])
        assert.equal(redactUrl(`https://a.test/${word}/${kept}`), `https://a.test/${word}/${kept}`);
    }
  });

  test("an address, a query or JSON in a value is looked into", () => {
    const nested = [
      "/reset/1",
      "%2Freset1",
      "a%2f%2freset1",
      "a://reset/1",
      "reset=1",
      "reset%3D1",
      "reset%253d1",
      "a%22%3areset",
    ];
    for (const value of nested) assert.equal(redactUrl(`https://a.test/?x=${value}`), "https://a.test/?x=REDACTED");
    for (const value of ["reset-1", "a/reset/1", "/reset", "a%20reset"])
      assert.equal(redactUrl(`https://a.test/?x=${value}`), `https://a.test/?x=${value}`);
  });

  test("a name that is secret as a whole is so as a parameter alone", () => {
    for (const name of ["code", "user_code", "key", "auth", "sig", "PIN", "otp", "sid", "pass"])
      assert.equal(redactUrl(`https://a.test/?x=1;${name}=a&y`), `https://a.test/?x=1;${name}=REDACTED&y`);
    for (const url of [
      "https://a.test/key/abc123",
      "https://a.test/?x=key=1&abc123",
      "https://a.test/?keys=a&my_pin=1",
    ])
      assert.equal(redactUrl(url), url);
  });

  test("an address is cut between characters, before and after it is redacted", () => {
    const start = `https://a.test/${"/x".repeat(1_033)}`;
    assert.equal(start.length, MAX_URL - 2);
    assert.equal(redactUrl(`${start}y𝄞`), `${start}y`);
    assert.equal(redactUrl(`${start}𝄞z`), `${start}𝄞`);
    assert.equal(redactUrl(`${start}/@`), `${start}/R`);
  });
});

describe("properties", () => {
  const CASES = 3_000;
  const LOWER = "abcdefghijklmnopqrstuvwxyz";
  const WORD = `${LOWER}${LOWER.toUpperCase()}0123456789`;
  let state = 20_261_122;
  /** A whole number below `limit`: a linear congruential generator, of which the high bits are good enough. */
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const select = (items: readonly string[] | string) => items[below(items.length)] ?? "";
  const some = (items: readonly string[] | string, least: number, most: number) =>
    Array.from({ length: least + below(most - least + 1) }, () => select(items)).join("");
  const often = (check: () => void) => {
    for (let done = 0; done < CASES; done++) check();
  };

  test("redacting twice changes nothing", () => {
    const words = [
      "reset",
      "token",
      "code",
      "mail",
      "%40",
      "%3D",
      "%2F",
      "://",
      "550e8400-e29b-41d4-a716-446655440000",
    ];
    often(() => {
      for (const rest of [
        some(`${WORD}/?&;#=%@_.äé-`, 0, 200),
        some([...`${WORD}//??&&;;##==@_.é-`, ...words], 0, 100),
      ]) {
        const once = redactUrl(`https://a.test/${rest}`);
        assert.equal(redactUrl(once), once);
      }
    });
  });

  test("any text is taken and kept short", () => {
    often(() => {
      const character = () => String.fromCharCode(below(below(2) ? 0x80 : 0x1_0000));
      const text = Array.from({ length: below(below(4) ? 100 : 3_000) }, character).join("");
      for (const url of [text, `https://a.test/${text}`]) assert.ok(redactUrl(url).length <= MAX_URL);
    });
  });

  test("an e-mail address is gone wherever it stands", () => {
    const places = [
      "https://a.test/x/{}",
      "https://a.test/x/{}/y?z=1",
      "https://a.test/?x={}",
      "https://a.test/?x=1&y={}&z=1",
      "https://a.test/#{}",
      "https://a.test/#/x/{}",
      "https://a.test/#x={}&y=1",
      "https://a.test/x;y={}?z=1",
    ];
    often(() => {
      const user = some(LOWER, 4, 12);
      const around = some(LOWER, 0, 5);
      const email = `${around}${user}${select(["@", "%40", "%2540", "%252540"])}b.test${around}`;
      const place = select(places);
      assert.equal(redactUrl(place.replace("{}", email)), place.replace("{}", "REDACTED"));
    });
  });

  test("what is called a secret is gone, whatever it is", () => {
    const names = [
      "token",
      "access_token",
      "Password",
      "apikey",
      "client_secret",
      "jsessionid",
      "email",
      "X-Amz-Signature",
    ];
    often(() => {
      const name = (below(2) ? some(LOWER, 1, 5) + select("_-") : "") + select(names);
      const place = select(["https://a.test/?x=1&{}&y=1", "https://a.test/#{}", "https://a.test/p;{}"]);
      const url = place.replace("{}", `${name}=${some(`${WORD}._~%/-`, 1, 40)}`);
      assert.equal(redactUrl(url), place.replace("{}", `${name}=REDACTED`));
    });
  });

  test("a query of a query is no way out", () => {
    const queries = [
      "%2Fcb%3Ftoken%3D",
      "https%3A%2F%2Fa.test%2F%3Fpassword%3D",
      "%252Fcb%253Ftoken%253D",
      "%7B%22token%22%3A%22",
    ];
    often(() => {
      const start = `https://a.test/?${select(["next", "returnUrl", "u"])}=`;
      const url = `${start}${select(queries)}${some(LOWER, 6, 12)}&page=2`;
      assert.equal(redactUrl(url), `${start}REDACTED&page=2`);
    });
  });

  test("words and numbers of a shop stay", () => {
    often(() => {
      const slug = () => `/${Array.from({ length: 1 + below(5) }, () => some(LOWER, 1, 12)).join("-")}`;
      const path = Array.from({ length: below(5) }, slug).join("");
      const url = `https://a.test/shop${path}?page=${below(100_000)}&color=${some(LOWER, 3, 9)}#top`;
      assert.equal(redactUrl(url), url);
    });
  });

  test("what is made to keep an expression busy costs no time that a visitor would notice", () => {
    const units = [..."a:/@?&;#=-_%1é\ud83d\n", "a1", "aB", "%25", "%252", "pass", "sess", "api_", "li_fat_", "user_"];
    for (const start of ["", "a:", "https://", "https://a@", "https://a/", "https://a/?x=", "https://a/reset/1"])
      for (const unit of units) {
        const url = start + unit.repeat(MAX_URL);
        const begun = performance.now();
        redactUrl(url);
        assert.ok(performance.now() - begun < 100, `${start} and ${unit} over and over`);
      }
  });
});
