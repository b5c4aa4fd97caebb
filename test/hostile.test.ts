/** bench/hostile.js makes itself a token that may do everything: it must not stay in the data folder. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { allTokens } from "../src/resolvers/system/edit-tokens.js";
import { openServices } from "../src/services/services.js";
import { dataFolder } from "./support/fixture.js";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../bench/hostile.js", import.meta.url));

test.each([
  ["with its measurements made", {}, /^30 guests/],
  ["with an error", { MAX_STREAMS: "many" }, undefined],
])("bench/hostile.js revokes its token when it ends %s", async (_how, env, printed) => {
  const folder = await dataFolder();
  const ended = run(process.execPath, [program, folder, "1", "--only=30 guests"], { env: { ...process.env, ...env } });
  if (printed === undefined) await expect(ended).rejects.toThrow("the server ended with");
  else expect((await ended).stdout).toMatch(printed);
  const services = openServices(folder);
  const tokens = await allTokens(services);
  await services.close();
  // The server makes the first token of a data folder itself.
  expect(tokens.map(({ name }) => name)).not.toContain("bench/hostile");
});
