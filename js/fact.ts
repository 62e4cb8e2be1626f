/** What the module hears; `Tracker::hear` in `src/bindings.rs` has the same numbers. */
export enum Fact {
  PageLoaded,
  AddressChanged,
  PageCalled,
  Clicked,
  Tracked,
  PageHidden,
  PageLeft,
  Resumed,
  FlushRequested,
  SendFinished,
  ConsentChanged,
  MemoryRead,
  TurnCame,
  ClockChanged,
}
