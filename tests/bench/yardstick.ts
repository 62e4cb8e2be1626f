/** How fast the machine is during a run, so that runs on different days and machines can be compared. */
import type { Browser } from "playwright-core";
import { median } from "./numbers.ts";

const REPETITIONS = 5;

/** CPU time of the main thread for a fixed piece of JavaScript in a new page, in milliseconds. */
export async function yardstick(browser: Browser): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < REPETITIONS; n++) {
    const page = await browser.newPage();
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    const taken = async () => {
      const { metrics } = await session.send("Performance.getMetrics");
      return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1000;
    };
    const before = await taken();
    await page.evaluate(() => {
      // Objects, strings and numbers, as trackers handle them.
      let text = "";
      for (let round = 0; round < 200; round++) {
        const events = Array.from({ length: 100 }, (_, n) => ({
          id: `${round}-${n}`,
          at: n * 1.5,
          props: { n, text },
        }));
        text = JSON.stringify(JSON.parse(JSON.stringify(events))).slice(0, 40);
      }
      return text;
    });
    times.push((await taken()) - before);
    await page.close();
  }
  return median(times);
}
