/** Requests that arrive at a rate, at random times as those of many clients do, whether or not the earlier ones are answered. */
import { Agent, request } from "node:http";

/**
 * @param {object} load
 * @param {string} load.address such as `http://127.0.0.1:4000/graphql`
 * @param {() => { body: object, check: (text: string) => boolean }} load.next draws a request
 * @param {() => number} load.random in 0..1
 * @returns median and 99th percentile of the latency in ms
 * @throws {Error} where an answer is not the expected one
 */
export async function paced({ address, next, random, perSecond, seconds, connections }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies = [];
  const started = performance.now();
  const answers = [];
  // Exponential times between arrivals; those that are due together are sent together.
  for (let due = 0; due < seconds * 1000; ) {
    const now = performance.now() - started;
    if (now < due) await new Promise((resolve) => setTimeout(resolve, due - now));
    while (due <= performance.now() - started) {
      answers.push(send(agent, address, next(), started + due).then((ms) => latencies.push(ms)));
      due += (-Math.log(1 - random()) * 1000) / perSecond;
    }
  }
  await Promise.all(answers);
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const percentile = (share) => latencies[Math.floor(share * (latencies.length - 1))];
  return { p50: percentile(0.5), p99: percentile(0.99) };
}

/** @returns ms from when it was due */
function send(agent, address, { body, check }, due) {
  const content = JSON.stringify(body);
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(content) };
  return new Promise((resolve, reject) => {
    const sent = request(address, { agent, method: "POST", headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.once("end", () => {
        if (check(text)) resolve(performance.now() - due);
        else reject(new Error(`expected the recorded answer, received ${response.statusCode} ${text.slice(0, 300)}`));
      });
    });
    sent.once("error", reject);
    sent.end(content);
  });
}
