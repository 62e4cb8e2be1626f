/**
 * The caller's properties as JSON text, whatever they hold: cycles, `BigInt`, DOM nodes, getters
 * that throw. What cannot be written is left out, and `warn` hears its name.
 */
export function propsToJson(props: unknown, warn: (key: string) => void): string | undefined {
  const members: string[] = [];
  const write = (key: string) => {
    try {
      const text = JSON.stringify((props as Record<string, unknown>)[key], (_, value) => {
        if (value instanceof Node) throw value;
        return typeof value === "bigint" ? String(value) : value;
      });
      if (text) members.push(`${JSON.stringify(key)}:${text}`);
    } catch {
      warn(key);
    }
  };
  try {
    if (props !== Object(props)) return "";
    Object.keys(props as object).forEach(write);
    return `{${members}}`;
  } catch {
    return warn("props") as undefined;
  }
}
