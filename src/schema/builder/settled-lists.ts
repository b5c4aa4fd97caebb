/**
 * Turns the items of object lists into promises, so that the executor awaits every item.
 *
 * The executor completes a list item by item. If a non-null field of one item fails synchronously, the executor abandons
 * the whole list; when an earlier, still pending item then rejects, the rejection is unhandled and Node ends the process.
 * Items that are promises are awaited together, whichever fails first. The scheduler (`resolvers/request/scheduler.ts`)
 * spreads long lists over several ticks.
 */
import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
} from "graphql";
import type { Context } from "../../resolvers/request/context.js";

/** Wraps every field that returns an object or a list of objects. @returns the same schema, changed in place */
export function withSettledLists(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) {
      const resolve = field.resolve ?? defaultFieldResolver;
      if (isListOfObjects(field.type)) field.resolve = settled(resolve);
      else if (isCompositeType(getNullableType(field.type))) field.resolve = paced(resolve);
    }
  }
  return schema;
}

function isListOfObjects(type: GraphQLOutputType): boolean {
  const list = getNullableType(type);
  return isListType(list) && isCompositeType(getNullableType(list.ofType as GraphQLOutputType));
}

type Resolver = GraphQLFieldResolver<unknown, Pick<Context, "scheduler">>;

/** Schedules single objects too: one loader batch can resolve many fields at once. */
function paced(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    const object = resolve(source, args, context, info);
    return object instanceof Promise ? context.scheduler.release(object) : object;
  };
}

function settled(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    const itemsAsPromises = (list: unknown) => (Array.isArray(list) ? context.scheduler.releaseItems(list) : list);
    const list = resolve(source, args, context, info);
    return list instanceof Promise ? list.then(itemsAsPromises) : itemsAsPromises(list);
  };
}
