/**
 * Our server with all its plugins, its schema without our resolvers: every field is read from recorded answers.
 * `node constants.js <data folder> <answers.json>`; the file has the `data` of each answer by the id of the user, of queries and of mutations:
 * `{ "query": { "42": … }, "mutation": { "42": … } }`. Mutations store nothing.
 */
import { readFileSync } from "node:fs";
import { buildSchema, isAbstractType } from "graphql";
import { pino } from "pino";
import { toAppOptions } from "../../dist/cli/terminal/with-services.js";
import { readConfig } from "../../dist/config/config.js";
import { createApp } from "../../dist/server/app.js";
import { createAppCache } from "../../dist/server/kept-results.js";
import { serve } from "../../dist/server/listen.js";
import { openServices } from "../../dist/services/services.js";

const [dataDir, file] = process.argv.slice(2);
const answers = JSON.parse(readFileSync(file, "utf8"));
const services = openServices(dataDir, { busyTimeoutMs: 5 });
const schema = buildSchema(readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8"), {
  assumeValidSDL: true,
});
for (const kind of ["query", "mutation"]) {
  const type = kind === "query" ? schema.getQueryType() : schema.getMutationType();
  for (const [name, field] of Object.entries(type.getFields())) {
    field.resolve = (_root, args) => {
      const id = args.id ?? args.input?.userId;
      return answers[kind][id ?? "any"]?.[name];
    };
  }
}
for (const type of Object.values(schema.getTypeMap())) {
  if (isAbstractType(type)) type.resolveType = ({ __typename }) => __typename ?? schema.getPossibleTypes(type)[0].name;
}
const config = readConfig({}, {});
// Keeping results is what ours does to be as fast: here every query is executed.
const options = { ...toAppOptions(config), rateLimit: 0, schema, cache: createAppCache(false) };
const app = createApp(services, options, pino({ level: "silent" }));
const { address } = await serve(app, "127.0.0.1", 0, { requestTimeoutMs: config.requestTimeoutMs });
console.log(`${address}/graphql`);
