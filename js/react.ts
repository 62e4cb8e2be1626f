/** Entry `sillage/react`: one tracker for a tree of components. React is a peer dependency. */
import { createContext, createElement, type ReactElement, type ReactNode, useContext, useState } from "react";
import { type AnyEvents, type Callable, init, type Options, type Tracker } from "./index";

const TrackerContext = createContext<(Tracker & Callable) | undefined>(undefined);

/** What {@link SillageProvider} takes: the options of the tracker that it starts, or a tracker that there is. */
export type SillageProviderProps = { children?: ReactNode } & (
  | { options: Options; tracker?: undefined }
  | { tracker: Tracker & Callable; options?: undefined }
);

/**
 * Gives the components below it a tracker. With `options` it starts that of the site with the first rendering, and
 * keeps it: options that change later change nothing. On a server nothing is started. `tracker` is for one that was
 * started elsewhere, or a test tracker (`sillage/testing`).
 *
 * @example
 * <SillageProvider options={{ site: "shop", endpoint: "https://collector.example" }}>
 *   <Shop />
 * </SillageProvider>
 */
export function SillageProvider({ options, tracker, children }: SillageProviderProps): ReactElement {
  // `init` gives the same tracker for the same site, however often React renders.
  const [started] = useState(() => tracker ?? init(options as Options));
  return createElement(TrackerContext.Provider, { value: tracker ?? started }, children);
}

/**
 * The tracker of the {@link SillageProvider} above.
 *
 * @throws Error where there is none above: a mistake that shows with the first rendering.
 *
 * @example
 * const tracker = useTracker<ShopEvents>();
 * return <button onClick={() => tracker.track("cart_emptied")}>Empty</button>;
 */
export function useTracker<Events extends object = AnyEvents>(): Tracker<Events> & Callable {
  const tracker = useContext(TrackerContext);
  if (!tracker) throw new Error("useTracker must be called below a <SillageProvider>");
  return tracker as unknown as Tracker<Events> & Callable;
}
