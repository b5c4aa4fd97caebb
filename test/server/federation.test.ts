/** The schema as a subgraph: composed with a second one, and asked as a router asks. */

import { composeServices } from "@apollo/composition";
import { ApolloGateway } from "@apollo/gateway";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { graphql, parse } from "graphql";
import { describe, expect, onTestFinished, test } from "vitest";
import { subgraphText } from "../../src/schema/index.js";
import { type Started, start } from "../support/fixture.js";

/** A shop that sells films and knows its customers by Marquee's numbers. */
const shopTypes = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key"])
  type Query { offers: [Offer!]! }
  type Offer { price: Float! movie: Movie! buyer: User! }
  type Movie @key(fields: "movieId") { movieId: Int! inStock: Int! }
  type User @key(fields: "userId") { userId: Int! }
`);
const offers = [
  { price: 9.5, movie: { movieId: 1, inStock: 3 }, buyer: { userId: 42 } },
  { price: 5, movie: { movieId: 858, inStock: 4 }, buyer: { userId: 3997 } },
];
const shop = buildSubgraphSchema({
  typeDefs: shopTypes,
  resolvers: {
    Query: { offers: () => offers },
  },
});

async function compose({ data }: Started) {
  const { _service } = await data("{ _service { sdl } }");
  const { data: own } = await graphql({ schema: shop, source: "{ _service { sdl } }" });
  const { supergraphSdl, errors } = composeServices([
    { name: "marquee", url: "http://marquee/graphql", typeDefs: parse(_service.sdl) },
    { name: "shop", url: "http://shop/graphql", typeDefs: parse((own as { _service: { sdl: string } })._service.sdl) },
  ]);
  expect(errors).toBeUndefined();
  return supergraphSdl as string;
}

describe("a federated graph", () => {
  test("is composed with another subgraph, and joins what both know, each entity read together", async () => {
    const log: string[] = [];
    const started = await start({ federation: true, onSql: (sql) => log.push(sql) });
    const gateway = new ApolloGateway({
      supergraphSdl: await compose(started),
      buildService: ({ name }) => ({
        process: async ({ request }) => {
          const body = { query: request.query as string, variables: request.variables };
          if (name === "shop")
            return (await graphql({ schema: shop, source: body.query, variableValues: body.variables })) as never;
          const { data, errors } = await started.ask(body.query, { variables: body.variables });
          return { data, errors } as never;
        },
      }),
    });
    const { executor } = await gateway.load();
    onTestFinished(() => gateway.stop());
    log.length = 0;
    const query =
      "{ offers { price movie { title inStock similar(first: 1) { similarity } } buyer { topRated(first: 1) } } }";
    const { data, errors } = await executor({
      request: { query },
      document: parse(query),
      operationName: null,
      queryHash: query,
      logger: console,
      metrics: {},
      cache: undefined,
      schema: undefined,
      source: query,
      operation: parse(query).definitions[0],
      overallCachePolicy: undefined,
      context: {},
      schemaHash: "",
    } as never);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      offers: [
        { price: 9.5, movie: { title: "Toy Story", inStock: 3 }, buyer: { topRated: [expect.any(String)] } },
        { price: 5, movie: { title: "The Godfather", inStock: 4 }, buyer: { topRated: ["Toy Story"] } },
      ],
    });
    expect(log.filter((sql) => /from movies .*json_each\('\[1,/i.test(sql))).toHaveLength(1);
    expect(log.filter((sql) => /from "users"/i.test(sql))).toHaveLength(1);
  });

  test("refers to movies by IMDb id too, and finds nothing where there is nothing", async () => {
    const started = await start({ federation: true });
    await started.edit('mutation { linkImdb(input: { movieId: 858, imdbId: "tt0068646" }) { __typename } }');
    const { _entities } = await started.data(
      "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Movie { title } ... on User { userId } } }",
      {
        variables: {
          r: [
            { __typename: "Movie", imdbId: "tt0068646" },
            { __typename: "Movie", movieId: 1 },
            { __typename: "User", userId: 42 },
            { __typename: "Movie", movieId: 7 },
            { __typename: "Movie", imdbId: "nonsense" },
            { __typename: "User", userId: -1 },
          ],
        },
      },
    );
    expect(_entities).toEqual([{ title: "The Godfather" }, { title: "Toy Story" }, { userId: 42 }, null, null, null]);
  });

  test("limits the cost of entities, and asks who may read, as of any other field", async () => {
    const query =
      "query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { recommendations { title } } } }";
    const r = Array.from({ length: 200 }, () => ({ __typename: "User", userId: 42 }));
    const { ask } = await start({ federation: true });
    expect((await ask(query, { variables: { r } })).errors?.[0].message).toContain("received cost ");
    expect((await ask(query, { variables: { r: r.slice(0, 1) } })).errors).toBeUndefined();
    const closed = await start({ federation: true, publicRead: false });
    expect((await closed.ask(query, { variables: { r: r.slice(0, 1) } })).errors).toMatchObject([
      { code: "UNAUTHENTICATED" },
    ]);
  });

  test.each([
    [{}, "{}"],
    ["x", "x"],
    [{ __typename: "__proto__" }, "__proto__"],
    [{ __typename: "Movie", movieId: { a: 1 } }, "{"],
    [{ __typename: "User" }, "User"],
  ])("refuses %j, which is no reference", async (representation, shown) => {
    const { ask } = await start({ federation: true });
    const query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Movie { title } } }";
    const { errors } = await ask(query, { variables: { r: [representation] } });
    expect(errors).toMatchObject([
      { code: "INVALID_ARGUMENT", message: expect.stringMatching(/^expected representations such as /) },
    ]);
    expect(errors?.[0].message).toContain(shown);
  });

  test("is off unless asked for", async () => {
    const { ask } = await start();
    expect((await ask("{ _service { sdl } }")).errors?.[0].message).toContain('Cannot query field "_service"');
  });

  test("is printed for whoever composes it", async () => {
    const text = await subgraphText();
    expect(text).toMatch(/type Movie implements Node[^{]*@key\(fields: "movieId"\)[^{]*@key\(fields: "imdbId"\)/);
    expect(text).toMatch(/type User implements Node[^{]*@key\(fields: "userId"\)/);
  });
});
