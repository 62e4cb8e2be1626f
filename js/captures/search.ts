/** What the visitor looked for, out of the address of the page that answers. */
import { attempt } from "../attempt";
import { cut } from "../cut";

/**
 * The words in the first of `parameters`, in their order, that the redacted address has: in its query, or in a fragment
 * that has one of its own.
 */
export function searchOf(url: string, parameters: string[]): { parameter: string; words: string } | undefined {
  const [address = "", ...fragment] = url.split("#");
  const members = [address, fragment.join("#")].flatMap((part) => part.split(/[?&;]/).slice(1));
  for (const parameter of parameters) {
    const member = members.find((it) => it.startsWith(`${parameter}=`)) ?? "";
    // https://url.spec.whatwg.org/#urlencoded-parsing; as it is where that is no text.
    const text = member
      .slice(parameter.length + 1)
      .replace(/\+/g, " ")
      .replace(/(%[\da-f]{2})+/gi, (it) => attempt(() => decodeURIComponent(it)) ?? it);
    const words = cut(text.trim());
    if (words) return { parameter, words };
  }
  return undefined;
}
