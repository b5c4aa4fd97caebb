/** Who gets in without a token, and what an anonymous client may read of the server's inside. */
import { appendFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dataFolders } from "../../src/services/services.js";
import { rawDatabase } from "../support/database.js";
import { dataFolder, start } from "../support/fixture.js";

const query = JSON.stringify({ query: "{ __typename }" });
const post = { method: "POST", headers: { "content-type": "application/json" }, body: query };

describe("with AUTH=off", () => {
  test.each(["localhost", "127.0.0.1", "[::1]"])("a request to %s is answered", async (host) => {
    const { app } = await start({ auth: "off" });
    expect((await app.fetch(`http://${host}:4000/graphql`, post)).status).toBe(200);
  });

  test("a request to another name is refused, even when that name points here", async () => {
    const { app } = await start({ auth: "off" });
    const response = await app.fetch("http://evil.example:4000/graphql", post);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("localhost only");
  });
});

describe("a damaged model", () => {
  test("is named by code, and not by the folder that it lies in", async () => {
    const dataDir = await dataFolder();
    const folders = dataFolders(dataDir).models;
    const [name] = await readdir(folders.own);
    await appendFile(join(folders.own, name, "model.onnx"), "x");
    const { ask, services } = await start({ dataDir });
    await expect(services.models.get(name)).rejects.toThrow(folders.own);
    rawDatabase(services).prepare("UPDATE settings SET value = ? WHERE key = 'activeModel'").run(name);
    const { errors } = await ask("{ model { name } }");
    expect(errors?.[0]?.code).toBe("MODEL_INVALID");
    expect(errors?.[0]?.message).not.toContain(dataDir);
  });
});
