/** Serves the pages of one test, written beside its assertions, on an origin of their own. */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const MEDIA_TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

export interface Origin {
  readonly origin: string;
  /**
   * Serves `body` at `path`, with these headers besides, and gives its whole address. The type follows the
   * path's ending; HTML where there is none.
   */
  serve(path: string, body: string, headers?: Record<string, string>): string;
  /** Serves the files of a folder below `path`, for which nothing else is served. */
  serveFolder(path: string, folder: string): void;
  /** What is served where there is nothing else: the page of a single-page application. */
  serveElsewhere(body: string): void;
  /** Waits until somebody has asked for `path`. */
  wasAsked(path: string): Promise<void>;
  close(): void;
}

/** An origin with nothing on it yet. */
export async function openOrigin(): Promise<Origin> {
  const pages = new Map<string, { body: string; headers: Record<string, string> }>();
  const folders: [path: string, folder: string][] = [];
  let elsewhere: string | undefined;
  const asked = new Set<string>();
  const listeners = new Set<() => void>();

  const server = createServer((incoming, outgoing) => {
    const path = new URL(incoming.url ?? "/", "http://any").pathname;
    asked.add(path);
    for (const listener of listeners) listener();
    const type = MEDIA_TYPES[extname(path)] ?? "text/html; charset=utf-8";
    const headers = { "content-type": type, "cache-control": "no-cache" };
    const page = pages.get(path);
    if (page) {
      outgoing.writeHead(200, { ...headers, ...page.headers }).end(page.body);
      return;
    }
    for (const [prefix, folder] of folders) {
      const file = join(folder, normalize(`/${path.slice(prefix.length)}`));
      if (path.startsWith(prefix) && existsSync(file) && statSync(file).isFile()) {
        createReadStream(file).pipe(outgoing.writeHead(200, headers));
        return;
      }
    }
    if (elsewhere === undefined || extname(path)) outgoing.writeHead(404).end();
    else outgoing.writeHead(200, headers).end(elsewhere);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    serve(path, body, headers = {}) {
      pages.set(path.split(/[?#]/)[0] ?? path, { body, headers });
      return origin + path;
    },
    serveFolder: (path, folder) => void folders.push([path, folder]),
    serveElsewhere(body) {
      elsewhere = body;
    },
    wasAsked: (path) =>
      new Promise((came) => {
        const check = () => {
          if (!asked.has(path)) return;
          listeners.delete(check);
          came();
        };
        listeners.add(check);
        check();
      }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
