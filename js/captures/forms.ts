/** Hears forms. Of what is in a field nothing is looked at, unless its form is marked by `data-sillage-values`. */
import { selectorOf } from "../clicks";
import { type On, Seen, type Tell } from "./seen";

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Fields stand in for their form's own members (`<input name="id">`): the prototypes say the truth. */
const attribute = (element: Element, name: string) => Element.prototype.getAttribute.call(element, name) ?? "";
const isWithin = (element: Element, selector: string) => Element.prototype.closest.call(element, selector);

/** Whether the module lets a field's value be read. */
export type MayRead = (kind: string, autocomplete: string, name: string) => boolean;

/** What is in the fields that may be read, names and values by turns. */
function valuesOf(form: HTMLFormElement, mayRead: MayRead): string[] {
  const elements = Reflect.get(HTMLFormElement.prototype, "elements", form) as Iterable<Field>;
  return [...elements].flatMap((field) => {
    const { type, name } = field;
    if (!name || !mayRead(type, attribute(field, "autocomplete"), name)) return [];
    if (isWithin(field, "[data-sillage-ignore],[data-sillage-mask]")) return [];
    const isUnchosen = (type === "checkbox" || type === "radio") && !(field as HTMLInputElement).checked;
    if (isUnchosen) return [];
    const chosen = (field as HTMLSelectElement).selectedOptions;
    return [name, type === "select-multiple" ? [...chosen].map(({ value }) => value).join(",") : field.value];
  });
}

/** Starts listening. */
export function hearForms(on: On, tell: Tell, mayRead: MayRead): void {
  const numbers = new WeakMap<Element, number>();
  let last = 0;

  /** What is said of a form in each case: its number and its name. */
  const formFacts = (form: HTMLFormElement) => {
    const number = numbers.get(form) ?? ++last;
    numbers.set(form, number);
    const name =
      attribute(form, "data-sillage-name") || attribute(form, "name") || attribute(form, "id") || selectorOf(form);
    return [number, name];
  };
  const isField = (it: EventTarget | undefined): it is Field =>
    it instanceof HTMLInputElement || it instanceof HTMLSelectElement || it instanceof HTMLTextAreaElement;

  on("focusin input change", (event) => {
    // In a shadow tree the event's target is what holds it.
    const [field] = event.composedPath();
    if (!event.isTrusted || !isField(field)) return;
    const { form } = field;
    if (!form || isWithin(field, "[data-sillage-ignore]")) return;
    if (event.type === "focusin") tell(Seen.FormEntered, formFacts(form));
    else tell(Seen.FieldChanged, [...formFacts(form), attribute(field, "name") || field.id || field.type]);
  });
  on("submit", (event) => {
    const [form] = event.composedPath();
    if (!(form instanceof HTMLFormElement) || isWithin(form, "[data-sillage-ignore]")) return;
    const action = new URL(attribute(form, "action"), document.baseURI);
    const values = isWithin(form, "[data-sillage-values]") ? valuesOf(form, mayRead) : [];
    tell(Seen.FormSubmitted, [...formFacts(form), action, ...values]);
  });
}
