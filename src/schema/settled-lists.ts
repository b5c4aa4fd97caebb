/**
 * Lists of objects whose items are promises, so that the executor never abandons one.
 *
 * The executor completes a list item by item. Where an item is ready at once and a field in it that cannot be null is
 * refused at once, the whole list is given up; an earlier item whose fields are still under way is then nobody's, and
 * Node ends the process when it fails. Items that are promises are all waited for together, whichever fails first.
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

/** Wraps every field of the schema that gives a list of objects. @returns the same schema, changed in place */
export function withSettledLists(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) {
      if (isListOfObjects(field.type)) field.resolve = settled(field.resolve ?? defaultFieldResolver);
    }
  }
  return schema;
}

function isListOfObjects(type: GraphQLOutputType): boolean {
  const list = getNullableType(type);
  return isListType(list) && isCompositeType(getNullableType(list.ofType as GraphQLOutputType));
}

type Resolver = GraphQLFieldResolver<unknown, unknown>;

function settled(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    const list = resolve(source, args, context, info);
    return list instanceof Promise ? list.then(itemsAsPromises) : itemsAsPromises(list);
  };
}

function itemsAsPromises(list: unknown): unknown {
  return Array.isArray(list) ? list.map((item) => Promise.resolve(item)) : list;
}
