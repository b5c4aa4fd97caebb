/** What hosts of strangers may answer, each against a local server that does. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import { isPrivateAddress, type RequestOptions, requestSafely } from "../../../src/posters/providers/request.js";
import { describeWithHttps, serveHttps } from "../../support/https-server.js";

const picture = Buffer.from("a picture");

function ok(response: ServerResponse, headers: Record<string, string | number> = {}): ServerResponse {
  return response.writeHead(200, { "content-type": "image/jpeg", ...headers });
}

async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  const { code, message } = error as AppError;
  return `${code}: ${message.replace(/localhost:\d+/g, "HOST")}`;
}

describe("addresses that are no host's on the internet", () => {
  test.each([
    ...["127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1"],
    ...["0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1"],
    ...["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "64:ff9b::a00:1"],
  ])("%s is private", (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });
  test.each(["1.1.1.1", "172.32.0.1", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])("%s is public", (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });
});

describeWithHttps("a safe request", () => {
  async function ask(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
    more: Partial<RequestOptions> = {},
    path = "p.jpg?key=secret",
  ) {
    const server = await serveHttps(answer);
    const options = {
      hosts: new Set([server.host]),
      types: ["image/jpeg"],
      maxBytes: 1000,
      timeoutMs: 5000,
      ca: server.ca,
      allowPrivate: true,
    };
    return requestSafely(new URL(path, server.url), { ...options, ...more });
  }

  test("gives the body of what was asked for", async () => {
    const answer = await ask(
      (request, response) => {
        expect(request.headers).toMatchObject({ accept: "image/jpeg", "accept-encoding": "identity", "x-more": "1" });
        ok(response, { etag: '"1"' }).end(picture);
      },
      { headers: { "x-more": "1" } },
    );
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"1"' } });
    expect(answer.body.equals(picture)).toBe(true);
  });

  test.each([304, 404, 429, 500])("gives the status %d without reading a body", async (status) => {
    const answer = await ask((_request, response) =>
      response.writeHead(status).end(status === 304 ? undefined : "x".repeat(5000)),
    );
    expect(answer).toMatchObject({ status, body: Buffer.alloc(0) });
  });

  test.each<[string, (response: ServerResponse) => void, string]>([
    [
      "another type",
      (response) => response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<html>"),
      'expected image/jpeg, received "text/html"',
    ],
    ["no type", (response) => response.writeHead(200).end(picture), 'expected image/jpeg, received "none"'],
    [
      "a body that announces too much",
      (response) => ok(response, { "content-length": 1001 }).end(Buffer.alloc(1001)),
      "expected at most 1000 bytes, received 1001",
    ],
    [
      "a body without end",
      (response) => {
        ok(response);
        const more = () => {
          while (response.write(Buffer.alloc(100)));
        };
        response.on("drain", more);
        more();
      },
      "expected at most 1000 bytes, received more",
    ],
    [
      "a body that ends too soon",
      (response) => {
        ok(response, { "content-length": 500 }).write(Buffer.alloc(100));
        setTimeout(() => response.destroy(), 50);
      },
      "aborted",
    ],
    [
      "a body that is compressed",
      (response) => ok(response, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(100_000))),
      'expected a body as it is, received it as "gzip"',
    ],
    [
      "a redirect to another host",
      (response) => response.writeHead(302, { location: "https://evil.example/p.jpg" }).end(),
      'redirects are not followed, received status 302 to "https://evil.example/p.jpg"',
    ],
    [
      "a redirect to a private address",
      (response) => response.writeHead(301, { location: "https://169.254.169.254/latest/meta-data" }).end(),
      'redirects are not followed, received status 301 to "https://169.254.169.254/latest/meta-data"',
    ],
  ])("refuses %s", async (_what, answer, message) => {
    const said = await failure(ask((_request, response) => answer(response)));
    expect(said).toBe(`FETCH_FAILED: cannot fetch https://HOST/p.jpg: ${message}`);
  });

  test("gives up on a host that sends a byte at a time", async () => {
    const said = await failure(
      ask(
        (_request, response) => {
          ok(response);
          const timer = setInterval(() => response.write("x"), 20);
          response.on("close", () => clearInterval(timer));
        },
        { timeoutMs: 200 },
      ),
    );
    expect(said).toBe("FETCH_FAILED: cannot fetch https://HOST/p.jpg: expected an answer within 200 ms");
  });

  test("is stopped by its caller", async () => {
    const controller = new AbortController();
    const said = failure(ask(() => controller.abort(), { signal: controller.signal }));
    expect(await said).toBe("INTERRUPTED: the request of https://HOST/p.jpg was stopped");
  });

  test("asks no host but those named, no address of a private network, and nothing without https", async () => {
    let asked = 0;
    const server = await serveHttps((_request, response) => {
      asked++;
      ok(response).end(picture);
    });
    const options = { types: ["image/jpeg"], maxBytes: 1000, timeoutMs: 5000, ca: server.ca };
    const named = { ...options, hosts: new Set([server.host]) };
    expect(await failure(requestSafely(new URL("https://other.example/p"), named))).toBe(
      'FETCH_FAILED: cannot fetch https://other.example/p: expected a host of HOST, received "other.example"',
    );
    expect(await failure(requestSafely(new URL(server.url), named))).toMatch(
      /^FETCH_FAILED: cannot fetch https:\/\/HOST\/: expected a public address of localhost, received (127\.0\.0\.1|::1)$/,
    );
    const literal = new URL(server.url.replace("localhost", "127.0.0.1"));
    expect(await failure(requestSafely(literal, { ...options, hosts: new Set([literal.host]) }))).toBe(
      `FETCH_FAILED: cannot fetch ${literal.href}: expected a public address, received 127.0.0.1`,
    );
    const plain = new URL(server.url.replace("https:", "http:"));
    expect(await failure(requestSafely(plain, { ...named, allowPrivate: true }))).toContain(
      "expected an https address",
    );
    expect(asked).toBe(0);
  });

  test("refuses a certificate that nobody vouches for", async () => {
    const said = await failure(ask((_request, response) => ok(response).end(picture), { ca: undefined }));
    expect(said).toMatch(/self-signed certificate/);
  });
});
