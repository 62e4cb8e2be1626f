/**
 * The caller's properties as JSON text, whatever they hold: cycles, `BigInt`, DOM nodes, getters
 * that throw. What cannot be written is left out, and `warn` hears its name.
 */
export function propsToJson(props: unknown, warn: (key: string) => void): string {
  try {
    if (!props || typeof props !== "object") return "";
    const members: string[] = [];
    for (const key of Object.keys(props)) {
      try {
        const text = JSON.stringify((props as Record<string, unknown>)[key], (_, value) => {
          if (typeof value === "bigint") return String(value);
          if (value instanceof Node) throw value;
          return value;
        });
        if (text) members.push(`${JSON.stringify(key)}:${text}`);
      } catch {
        warn(key);
      }
    }
    return `{${members.join()}}`;
  } catch {
    warn("props");
    return "";
  }
}
