/** What the module of the captures hears; `hear` in `crates/capture-module/src/bindings.rs` has the same numbers. */
export enum Seen {
  PageBegan,
  Active,
  Blurred,
  Depth,
  Hidden,
  Shown,
  Left,
  FormEntered,
  FieldChanged,
  FormSubmitted,
  Clicked,
  Reacted,
  Waited,
  ErrorThrown,
  MediaPlayed,
  ElementSeen,
}

/**
 * Tells the module, with the numbers that `Fact` in `crates/capture/src/fact.rs` has, in its order. `besides` gives what
 * an event that follows at once tells in words.
 */
export type Tell = (seen: Seen, numbers?: (number | boolean)[], besides?: (event: string) => object) => void;

/** Records an event that the visitor has just brought about: no rule with a memory has to decide. */
export type Record = (event: string, props: string, followsClick: boolean) => void;

/** Listens on the window, ahead of the page, passively, and until the tracker stops. */
export type On = (types: string, heard: (event: Event) => void) => void;
