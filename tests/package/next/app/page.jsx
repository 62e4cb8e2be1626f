import Link from "next/link";
import { init } from "sillage";

/** Rendered on the server, where a tracker takes every call and records nothing. */
export default function Home() {
  const tracker = init({ site: "server", endpoint: "https://collector.invalid" });
  tracker.track("page_rendered");
  return (
    <main>
      <p id="server">{JSON.stringify(tracker.stats())}</p>
      <button type="button">Order</button>
      <Link href="/about">About</Link>
    </main>
  );
}
