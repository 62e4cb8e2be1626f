/** What the module hears; `hear` in `src/bindings.rs` has the same numbers. */
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
  /** The time has come that the module asked for. */
  Woken,
}

/** A fact: its words, when it became true and when the visitor was last active, both in Unix milliseconds. */
export type Heard = [fact: Fact, told: unknown[], at: number, activeAt: number];
