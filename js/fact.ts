/** What the module hears; `Tracker::hear` in `src/bindings.rs` has the same numbers. */
export enum Fact {
  PageLoaded,
  AddressChanged,
  PageCalled,
  Clicked,
  Tracked,
  /** A call that a part of its own understands: see `js/calls.ts`. The module does not hear it. */
  Called,
  PageHidden,
  PageLeft,
  Resumed,
  FlushRequested,
  SendFinished,
  ConsentChanged,
  MemoryRead,
  TurnCame,
  ClockChanged,
  /** So many of the page's facts could not be kept until the module was ready. */
  Lost,
  Identified,
}

/** A fact: its words, when it became true and when the visitor was last active, both in Unix milliseconds. */
export type Heard = [fact: Fact, told: unknown[], at: number, activeAt: number];

/** One text of several words, as `Fields` in `crates/core/src/input.rs` takes it apart. */
export const words = (...words: unknown[]) =>
  words.map((word) => String(word ?? "").replaceAll("\x1f", " ")).join("\x1f");
