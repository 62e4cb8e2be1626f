/** Keeps what the shop remembers in this browser; where storage is blocked, as long as the page lives. */
const PREFIX = "wake-and-halyard.";
const memory = new Map();

export function load(key, otherwise) {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return memory.get(key) ?? otherwise;
  }
}

export function save(key, value) {
  memory.set(key, value);
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Blocked or full: the copy in memory serves this page.
  }
}

/** Calls `heard` when another tab saved `key`, or when the page comes back as it was left. */
export function onSavedElsewhere(key, heard) {
  addEventListener("storage", (event) => event.key === PREFIX + key && heard());
  addEventListener("pageshow", (event) => event.persisted && heard());
}
