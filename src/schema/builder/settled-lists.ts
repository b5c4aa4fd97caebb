/**
 * Lists of objects whose items are promises, so that the executor never abandons one.
 *
 * The executor completes a list item by item. Where an item is ready at once and a field in it that cannot be null is
 * refused at once, the whole list is given up; an earlier item whose fields are still under way is then nobody's, and
 * Node ends the process when it fails. Items that are promises are all waited for together, whichever fails first; those of long
 * lists come in turns (`resolvers/request/scheduler.ts`).
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

/** Wraps every field of the schema that gives an object or a list of them. @returns the same schema, changed in place */
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

/** A batch of a loader gives many objects at once, one to each field that asked: they too come in turns. */
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
