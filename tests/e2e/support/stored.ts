/** What a visit has left in the browser. */
import type { Page } from "playwright-core";

/** Everything that a page of the site can find in the browser. */
export async function stored(page: Page) {
  const local = await page.evaluate(() => Object.entries(localStorage).map(([key, value]) => `${key}=${value}`));
  const session = await page.evaluate(() => Object.keys(sessionStorage));
  const databases = await page.evaluate(async () => {
    const found: string[] = [];
    for (const { name = "" } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((opened) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => opened(opening.result);
      });
      const lines = await new Promise<string[]>((read) => {
        const reading = database.transaction("lines").objectStore("lines").getAll();
        reading.onsuccess = () => read(reading.result);
      });
      database.close();
      found.push(name, ...lines);
    }
    return found;
  });
  const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`);
  return { local, session, databases, cookies };
}

export const NOTHING = { local: [], session: [], databases: [], cookies: [] };
