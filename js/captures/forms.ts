/** Hears forms. Of what is in a field nothing is looked at, unless its form is marked by `data-sillage-values`. */
import { selectorOf } from "../clicks";
import { cut } from "../cut";
import { numberOf } from "./numbers";
import { type On, Seen, type Tell } from "./seen";
import type { Redact } from "./text";

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Fields stand in for their form's own members (`<input name="id">`): the prototypes say the truth. */
const attribute = (element: Element, name: string) => Element.prototype.getAttribute.call(element, name) ?? "";
const isWithin = (element: Element, selector: string) => Element.prototype.closest.call(element, selector);

/** Kinds of fields whose values may be read, where their form says that values may be: what the visitor sees and means. */
const READABLE =
  /^(text|search|email|tel|url|number|range|date|month|week|time|datetime-local|color|checkbox|radio|textarea|select-one|select-multiple)$/;

/** Parts of `autocomplete` (https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill) that are private. */
const PRIVATE_AUTOFILL = /cc-|password|one-time-code/i;

/** Parts of names whose fields hold what nobody but the payee may have: numbers of cards and accounts. */
const PRIVATE_NAMES = /card|cvc|cvv|csc|iban|account|passw|pwd|secret|token|otp|pin|ssn/i;

/** Most values that are recorded of a form. */
const MAX_VALUES = 50;

/** Longest value, in UTF-16 units. */
const MAX_VALUE = 500;

/** Whether a value may be read: never a password, a card, an account, a code, a file, or what the visitor cannot see. */
export const mayRead = (kind: string, autocomplete: string, name: string) =>
  READABLE.test(kind) && !PRIVATE_AUTOFILL.test(autocomplete) && !PRIVATE_NAMES.test(name);

/** What is in the fields that may be read. */
function valuesOf(form: HTMLFormElement): [name: string, value: string][] {
  const elements = Reflect.get(HTMLFormElement.prototype, "elements", form) as Iterable<Field>;
  return [...elements].flatMap((field) => {
    const { type, name } = field;
    if (!name || !mayRead(type, attribute(field, "autocomplete"), name)) return [];
    if (isWithin(field, "[data-sillage-ignore],[data-sillage-mask]")) return [];
    const isUnchosen = (type === "checkbox" || type === "radio") && !(field as HTMLInputElement).checked;
    if (isUnchosen) return [];
    const chosen = (field as HTMLSelectElement).selectedOptions;
    const value = type === "select-multiple" ? [...chosen].map(({ value }) => value).join(",") : field.value;
    return [[name, cut(value, MAX_VALUE)]];
  });
}

/** Starts listening. */
export function hearForms(on: On, tell: Tell, redact: Redact): void {
  const formNumber = (form: HTMLFormElement) => {
    const name =
      attribute(form, "data-sillage-name") || attribute(form, "name") || attribute(form, "id") || selectorOf(form);
    return numberOf(form, name);
  };
  const isField = (it: EventTarget | undefined): it is Field =>
    it instanceof HTMLInputElement || it instanceof HTMLSelectElement || it instanceof HTMLTextAreaElement;

  on("focusin input change", (event) => {
    // In a shadow tree the event's target is what holds it.
    const [field] = event.composedPath();
    if (!event.isTrusted || !isField(field)) return;
    const { form } = field;
    if (!form || isWithin(field, "[data-sillage-ignore]")) return;
    const number = formNumber(form);
    if (event.type === "focusin") return tell(Seen.FormEntered, [number]);
    // By name: the buttons of one choice are one field.
    const name = attribute(field, "name") || field.id || field.type;
    tell(Seen.FieldChanged, [number, numberOf(`${number} ${name}`, name)]);
  });
  on("submit", (event) => {
    const [form] = event.composedPath();
    if (!(form instanceof HTMLFormElement) || isWithin(form, "[data-sillage-ignore]")) return;
    const action = new URL(attribute(form, "action"), document.baseURI);
    const values = isWithin(form, "[data-sillage-values]") ? valuesOf(form).slice(0, MAX_VALUES) : [];
    tell(Seen.FormSubmitted, [formNumber(form)], () => ({
      action: redact(action.href),
      values: values[0] ? Object.fromEntries(values) : undefined,
    }));
  });
}
