/** Local https servers with a certificate of their own, for tests of what is fetched from elsewhere. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, onTestFinished } from "vitest";

let made: { key: Buffer; ca: Buffer } | undefined | null;

function certificate(): { key: Buffer; ca: Buffer } | null {
  if (made !== undefined) return made;
  const keys = mkdtempSync(join(tmpdir(), "marquee-keys-"));
  try {
    const options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost";
    const files = ["-keyout", join(keys, "key.pem"), "-out", join(keys, "cert.pem")];
    const names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    execFileSync("openssl", [...options.split(" "), ...names, ...files], { stdio: "ignore" });
    made = { key: readFileSync(join(keys, "key.pem")), ca: readFileSync(join(keys, "cert.pem")) };
  } catch {
    made = null;
  } finally {
    rmSync(keys, { recursive: true, force: true });
  }
  return made;
}

/** `describe` where there is openssl to make a certificate with; else it skips, and says so. */
export function describeWithHttps(title: string, body: () => void): void {
  const missing = certificate() === null;
  if (missing) console.log(`skipped: ${title}, since there is no openssl to make a certificate with`);
  describe.skipIf(missing)(title, body);
}

export interface HttpsServer {
  /** Such as `https://localhost:4443/`. */
  url: string;
  host: string;
  ca: Buffer;
}

/** A server of the test's own, which answers every path. */
export async function serveHttps(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<HttpsServer> {
  const { key, ca } = certificate()!;
  const server = createServer({ key, cert: ca }, answer);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `localhost:${(server.address() as AddressInfo).port}`;
  return { url: `https://${host}/`, host, ca };
}
