/** One field of a list is refused while another is still under way: nothing that a client sends may end the process. */

import { execute } from "@graphql-tools/executor";
import { GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString, parse } from "graphql";
import { describe, expect, test } from "vitest";
import { createScheduler } from "../../src/resolvers/request/scheduler.js";
import { withSettledLists } from "../../src/schema/builder/settled-lists.js";
import { rawDatabase } from "../support/database.js";
import { type StartOptions, start } from "../support/fixture.js";
import { recordUnhandledRejections } from "../support/unhandled-rejections.js";

const unhandled = recordUnhandledRejections();

/** Rejections are told one turn after the promise was left. */
async function settled(): Promise<readonly unknown[]> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return unhandled.reasons();
}

/** Three people who are private to themselves stand at the end of `users`. */
async function withPrivateUsers(options?: StartOptions) {
  const started = await start(options);
  for (const name of ["a", "b", "c"]) {
    await started.edit(`mutation { createUser(input: { externalId: "${name}" }) { __typename } }`);
  }
  return started;
}

describe("a list of which one item is refused at once and another one later", () => {
  test.each([
    "{ users(last: 4) { edges { node { topRated(first: 0) } } } }",
    '{ users(last: 4) { edges { node { ratings(after: "zzz") { edges { cursor } } } } } }',
    "{ users(last: 4) { edges { node { recommendations(first: 0) { title } } } } }",
    "{ users(last: 4) { edges { node { recommendations(first: 3) { title } } } } }",
    "{ users(last: 4) { edges { node { userId ratings(first: 200) { edges { cursor } } topRated } } } }",
    "{ movies(first: 5) { edges { node { predictedRating(userId: 0) similarPosters(first: 0) { similarity } } } } }",
    '{ nodes(ids: ["TW92aWU6MQ==", "VXNlcjoyMDAwMDAwMDAx", "VXNlcjo0Mg=="]) { ... on User { topRated(first: 0) } ... on Movie { similar(first: 0) { similarity } } } }',
    "{ user(id: 42) { topRatings(first: 3) { movie { similar(first: 0) { similarity } } user { topRated(first: 0) } } } }",
  ])("%s is answered, and no promise is left without a handler", async (query) => {
    const { ask } = await withPrivateUsers();
    const { errors } = await ask(query);
    for (const { code } of errors ?? []) expect(code).not.toBe("INTERNAL_SERVER_ERROR");
    expect(await settled()).toEqual([]);
    expect((await ask("{ __typename }")).data).toEqual({ __typename: "Query" });
  });

  test("nor without a model", async () => {
    const { ask, services } = await withPrivateUsers();
    rawDatabase(services).exec("DELETE FROM settings WHERE key = 'activeModel'");
    const { errors } = await ask("{ users(last: 5) { edges { node { recommendations(first: 3) { title } } } } }");
    expect(errors).toBeDefined();
    expect(await settled()).toEqual([]);
  });

  test("nor in a batch, a federated query, or a query whose parts come later", async () => {
    const { app } = await withPrivateUsers({ defer: true, federation: true });
    const operations = [
      { query: "{ users(last: 3) { edges { node { topRated(first: 0) } } } }" },
      {
        query: `query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on User { topRated(first: 0) } } }`,
        variables: { keys: [42, 2_000_000_001, 17].map((userId) => ({ __typename: "User", userId })) },
      },
    ];
    const post = (body: unknown) =>
      app.fetch("http://localhost/graphql", {
        method: "POST",
        headers: { "content-type": "application/json", accept: "multipart/mixed, application/json" },
        body: JSON.stringify(body),
      });
    await (await post(operations)).text();
    await (
      await post({
        query: "{ users(last: 3) { edges { node { ... @defer { topRated(first: 0) } userId } } } }",
      })
    ).text();
    expect(await settled()).toEqual([]);
  });
});

describe("the executor", () => {
  const Item = new GraphQLObjectType({
    name: "Item",
    fields: {
      late: {
        type: new GraphQLNonNull(GraphQLString),
        resolve: ({ ready }) => {
          if (ready) throw new Error("refused at once");
          return Promise.resolve().then(() => Promise.reject(new Error("failed later")));
        },
      },
    },
  });
  const schema = () =>
    new GraphQLSchema({
      query: new GraphQLObjectType({
        name: "Query",
        fields: {
          items: {
            type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(Item))),
            resolve: () => [{ ready: false }, { ready: true }],
          },
        },
      }),
    });

  test("leaves a promise without a handler by itself: once it does not, settled-lists.ts can go", async () => {
    // Vitest counts rejections of its own accord: this one is expected.
    const others = process.listeners("unhandledRejection").filter((listener) => listener !== unhandled.listener);
    for (const listener of others) process.off("unhandledRejection", listener);
    try {
      await execute({ schema: schema(), document: parse("{ items { late } }") });
      expect(await settled()).toHaveLength(1);
    } finally {
      for (const listener of others) process.on("unhandledRejection", listener);
    }
  });

  test("leaves none where the lists of the schema are settled", async () => {
    const answer = await execute({
      schema: withSettledLists(schema()),
      document: parse("{ items { late } }"),
      contextValue: { scheduler: createScheduler() },
    });
    expect(answer).toMatchObject({ errors: [{ message: "refused at once" }] });
    expect(await settled()).toEqual([]);
  });
});
