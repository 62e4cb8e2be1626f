/** What the module of the captures hears; `hear` in `crates/capture-module/src/bindings.rs` has the same numbers. */
export enum Seen {
  /** As `Fact.PageLoaded`, `Fact.AddressChanged` and `Fact.PageCalled`. */
  PageLoaded,
  AddressChanged,
  PageCalled,
  Active,
  Blurred,
  Depth,
  Hidden,
  Shown,
  Left,
  PageRecorded,
  FormEntered,
  FieldChanged,
  FormSubmitted,
  LinkFollowed,
  Clicked,
  Reacted,
  Waited,
  ErrorThrown,
  MediaPlayed,
  ElementSeen,
  Triggered,
  Woken,
}

/** Tells the module; `at` is a time of `performance.now()`, now where it is left out. */
export type Tell = (seen: Seen, told?: unknown[], at?: number) => void;

/** Listens on the window, ahead of the page, passively, and until the tracker stops. */
export type On = (types: string, heard: (event: Event) => void) => void;
