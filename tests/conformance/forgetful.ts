/** A proxy that passes everything on, but answers the first request of each call with an error of its own. */
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface Forgetful {
  readonly origin: string;
  /** What each request that it passed on was named by its SDK. */
  readonly invocations: string[];
  close(): void;
}

export async function openForgetful(target: string): Promise<Forgetful> {
  const invocations: string[] = [];
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const name = String(incoming.headers["amz-sdk-invocation-id"]);
    const isFirst = !invocations.includes(name);
    invocations.push(name);
    const { method, url: path } = incoming;
    // The headers as they came: `host` is signed.
    const passedOn = request({ hostname, port, method, path, headers: incoming.headers }, (answer) => {
      if (!isFirst) {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        return;
      }
      answer.resume();
      answer.on("end", () => outgoing.writeHead(500).end());
    });
    passedOn.on("error", () => outgoing.destroy());
    incoming.pipe(passedOn);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port: own } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${own}`,
    invocations,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
