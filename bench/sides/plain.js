/** node:http that sends the same bytes whatever is asked. `node plain.js <file with the answer>` */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const answer = readFileSync(process.argv[2]);
const headers = { "content-type": "application/json; charset=utf-8", "content-length": answer.length };
const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    response.writeHead(200, headers);
    response.end(answer);
  });
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/graphql`));
