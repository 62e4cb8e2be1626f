/** What `task` gives, nothing where it throws: that something is blocked, full or broken is a normal state. */
export function attempt<Value>(task: () => Value): Value | undefined {
  try {
    return task();
  } catch {
    return undefined;
  }
}
