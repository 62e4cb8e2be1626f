/** JSON Merge Patch (RFC 7396, section 2), as the collector applies it to a batch's defaults and each of its events. */

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `target` with `patch` merged into it. */
export function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Json = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

/** The events of a batch, whole. What is `null` in one is not said. */
export const wholeEvents = ({ defaults, events }: { defaults?: unknown; events: unknown[] }) =>
  events.map((event) => merged({}, merged(defaults, event)) as Json);
