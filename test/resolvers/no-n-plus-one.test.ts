/**
 * N+1 is impossible: every field of the objects that lists hold is asked of three of them and of six, with all that lies
 * below it. The database is read as often for six as for three.
 */
import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from "graphql";
import { describe, expect, test } from "vitest";
import { toSchema } from "../../src/schema/index.js";
import { addFactorModel } from "../support/factor-model.js";
import { type StartOptions, start } from "../support/fixture.js";

const schema = toSchema();

/** Where a list of each type comes from; the last user has rated nothing. */
const lists: Record<string, (fields: string) => string> = {
  User: (fields) => `users(last: $n) { edges { node { ${fields} } } }`,
  Movie: (fields) => `movies(first: $n, hasPoster: true) { edges { node { ${fields} } } }`,
  Rating: (fields) => `ratings(userId: 3997, first: $n) { edges { node { ${fields} } } }`,
  Recommendation: (fields) => `user(id: 3997) { recommendations(first: $n) { ${fields} } }`,
};

/** Where a field needs an argument. */
const argumentsOf: Record<string, string> = {
  "Movie.predictedRating": "(userId: 42)",
  "Movie.posterSimilarity": "(userId: 42)",
  "Poster.url": "(width: 154)",
};

/** Fields as more is asked of them than by default. */
const asked: { name: string; type: string; selection: string }[] = [
  {
    name: "User.recommendations by posters, with reasons",
    type: "User",
    selection:
      "recommendations(similar: true, weight: 0.5, diversity: 0.5, filter: { minRatings: 1 }) { title similarity reasons { text } movie { meanRating } }",
  },
  {
    name: "User.recommendations like another movie",
    type: "User",
    selection: "recommendations(similar: true, basedOn: [858]) { title similarity }",
  },
  {
    name: "User.ratings that match, the highest first",
    type: "User",
    selection:
      "ratings(first: 3, rating: { from: 2 }, orderBy: { field: RATING }) { totalCount edges { cursor node { rating movie { title } } } }",
  },
];

const deepest = 3;

/** A field with everything below it that needs no argument, without coming back to a type that stands above it. */
function selectionOf(owner: string, field: GraphQLField<unknown, unknown>, above: string[]): string | undefined {
  const type = getNamedType(field.type);
  const given = argumentsOf[`${owner}.${field.name}`];
  if (given === undefined && field.args.some(isRequiredArgument)) return undefined;
  const text = `${field.name}${given ?? ""}`;
  if (isLeafType(type)) return text;
  if (above.length >= deepest && !/(?:Connection|Edge|PageInfo)$/.test(type.name)) return undefined;
  if (above.includes(type.name)) return undefined;
  const within = [...above, type.name];
  const below = isAbstractType(type)
    ? schema.getPossibleTypes(type).map((possible) => `... on ${possible.name} { ${fieldsOf(possible, within)} }`)
    : [fieldsOf(type as GraphQLObjectType, within)];
  return below.join("") === "" ? undefined : `${text} { ${below.join(" ")} }`;
}

function fieldsOf(type: GraphQLObjectType | GraphQLInterfaceType, above: string[]): string {
  return Object.values(type.getFields())
    .flatMap((field) => selectionOf(type.name, field, above) ?? [])
    .join(" ");
}

const everyField = Object.keys(lists).flatMap((name) => {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`expected the schema to have the type ${name}`);
  return Object.values(type.getFields()).flatMap((field) => {
    const selection = selectionOf(name, field, [name]);
    return selection === undefined ? [] : [{ name: `${name}.${field.name}`, type: name, selection }];
  });
});

test("every field is asked", () => {
  const fields = Object.keys(lists).flatMap((name) => {
    const type = schema.getType(name) as GraphQLObjectType;
    return Object.keys(type.getFields()).map((field) => `${name}.${field}`);
  });
  expect(everyField.map(({ name }) => name)).toEqual(fields);
});

describe.each(["baseline", "factors"])("with the model %s, as many statements for six as for three", (model) => {
  test.each([...everyField, ...asked])("$name", async ({ type, selection }) => {
    const log: string[] = [];
    const options: StartOptions = { onSql: (sql) => log.push(sql), cache: false };
    const { data, services, token } = await start(options);
    if (model === "factors") await addFactorModel(services, model, true);
    const query = `query ($n: Int) { ${lists[type](selection)} }`;
    const statements = async (n: number) => {
      log.length = 0;
      const answer = await data(query, { variables: { n }, token });
      // When a token was used is written down once a minute.
      return {
        log: log.filter((sql) => !/"tokens" set|^(?:BEGIN|COMMIT)/i.test(sql)),
        length: JSON.stringify(answer).length,
      };
    };
    // Loads the model, and what is kept in memory.
    await statements(6);
    const three = await statements(3);
    const six = await statements(6);
    expect(six.length).toBeGreaterThan(three.length);
    expect(six.log.length).toBe(three.log.length);
  });
});
