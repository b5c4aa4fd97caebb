/** Load over HTTP: many connections, each sending its next request once the last is answered, and every answer checked. */
import autocannon from "autocannon";

export const connections = 16;

/**
 * Sends `amount` requests, or as many as fit into `seconds`.
 * @param {object} load
 * @param {string} load.address such as `http://127.0.0.1:4000/graphql`
 * @param {() => { body: object, token?: string, check?: (text: string) => boolean }[]} load.next the requests that a connection sends
 *   one after another, drawn anew for each turn; always the same number of them
 * @returns turns per second, and the latency of a request in ms
 * @throws {Error} where an answer is not the expected one
 */
export async function load({ address, next, amount, seconds }) {
  let wrong;
  let turns = 0;
  // Autocannon's own histogram counts whole milliseconds, and it ends with a whole second.
  const latencies = [];
  let first;
  let last;
  const size = next().length;
  const requests = Array.from({ length: size }, (_, i) => ({
    method: "POST",
    setupRequest(request, context) {
      if (i === 0) context.turn = next();
      context.sent = performance.now();
      first ??= context.sent;
      const { body, token } = context.turn[i];
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return {
        ...request,
        headers: { "content-type": "application/json", accept: "application/json", ...authorization },
        body: JSON.stringify(body),
      };
    },
    onResponse(status, text, { turn, sent }) {
      last = performance.now();
      latencies.push(last - sent);
      const { body, check = () => true } = turn[i];
      if (status !== 200 || !check(text)) wrong ??= { status, text, body };
      if (i === size - 1) turns++;
    },
  }));
  const result = await autocannon({
    url: address,
    connections,
    requests,
    timeout: 60,
    ...(amount === undefined ? { duration: seconds } : { amount: Math.max(connections, amount * size) }),
  });
  if (wrong !== undefined) {
    throw new Error(
      `expected the recorded answer to ${JSON.stringify(wrong.body).slice(0, 300)}, received ${wrong.status} ${wrong.text.slice(0, 600)}`,
    );
  }
  if (result.errors > 0 || result.non2xx > 0) {
    throw new Error(`expected answers only, received ${result.errors} errors and ${result.non2xx} refusals`);
  }
  latencies.sort((a, b) => a - b);
  const percentile = (share) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))];
  return { perSecond: (1000 * turns) / (last - first), p50: percentile(0.5), p99: percentile(0.99), turns };
}
