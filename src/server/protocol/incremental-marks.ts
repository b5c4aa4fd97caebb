/**
 * Detects which parts of a result are still pending. The executor gives the path of each deferred part, but does not
 * announce it beforehand, so the query runs with a marker (an aliased `__typename`) next to each `@defer` and `@stream`.
 */
import {
  type DirectiveNode,
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  type GraphQLDirective,
  getDirectiveValues,
  getOperationAST,
  getVariableValues,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  visit,
} from "graphql";

export interface Mark {
  /** Label in the query. */
  label?: string;
  /** For a streamed list: its response name and the number of items in the initial result. */
  list?: { name: string; initialCount: number };
}

export interface Marked {
  document: DocumentNode;
  /** Indexed by their number, which is their label for the executor. */
  marks: Mark[];
}

const prefix = "__later_";

/** Adds markers to a document. @returns undefined if the operation or its variables are invalid, which execution reports */
export function withMarks({ schema, document, operationName, variableValues }: ExecutionArgs): Marked | undefined {
  const operation = getOperationAST(document, operationName);
  const [defer, stream] = ["defer", "stream"].map((name) => schema.getDirective(name));
  if (operation == null || defer == null || stream == null) return undefined;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
  if (coerced === undefined) return undefined;
  const marks: Mark[] = [];
  const fragmentTypes = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.typeCondition] as const] : [],
    ),
  );

  function marked(node: SelectionNode): SelectionNode[] {
    const directive = node.kind === Kind.FIELD ? stream : defer;
    const values = getDirectiveValues(directive as GraphQLDirective, node, coerced);
    if (values === undefined || values.if === false) return [node];
    const number = marks.length;
    marks.push({
      label: typeof values.label === "string" ? values.label : undefined,
      list: node.kind === Kind.FIELD ? toList(node, values.initialCount) : undefined,
    });
    const typeCondition =
      node.kind === Kind.FRAGMENT_SPREAD ? fragmentTypes.get(node.name.value) : getTypeCondition(node);
    const mark: InlineFragmentNode = {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition,
      directives: node.directives?.filter(({ name }) => name.value === "skip" || name.value === "include"),
      selectionSet: { kind: Kind.SELECTION_SET, selections: [typenameAs(`${prefix}${number}`)] },
    };
    return [mark, { ...node, directives: node.directives?.map((one) => labelled(one, directive!.name, number)) }];
  }

  return {
    document: visit(document, {
      SelectionSet: { leave: (set) => ({ ...set, selections: set.selections.flatMap(marked) }) },
    }),
    marks,
  };
}

function toList(node: FieldNode, initialCount: unknown): Mark["list"] {
  return { name: (node.alias ?? node.name).value, initialCount: Number(initialCount) };
}

function getTypeCondition(node: FieldNode | InlineFragmentNode) {
  return node.kind === Kind.INLINE_FRAGMENT ? node.typeCondition : undefined;
}

function labelled(directive: DirectiveNode, name: string, number: number): DirectiveNode {
  if (directive.name.value !== name) return directive;
  const others = (directive.arguments ?? []).filter((argument) => argument.name.value !== "label");
  const label = {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: "label" },
    value: { kind: Kind.STRING, value: String(number) },
  } as const;
  return { ...directive, arguments: [...others, label] };
}

function typenameAs(alias: string): FieldNode {
  const name = (value: string) => ({ kind: Kind.NAME, value }) as const;
  return { kind: Kind.FIELD, alias: name(alias), name: name("__typename") };
}

export type Path = readonly (string | number)[];

/** Removes the markers from a value. @param found called for each with its number and the path of the pending part */
export function takeMarks(value: unknown, path: Path, marks: readonly Mark[], found: (n: number, path: Path) => void) {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) takeMarks(item, [...path, i], marks, found);
  } else if (typeof value === "object" && value !== null) {
    const object = value as Record<string, unknown>;
    for (const [name, child] of Object.entries(object)) {
      if (!name.startsWith(prefix)) {
        takeMarks(child, [...path, name], marks, found);
        continue;
      }
      delete object[name];
      const number = Number(name.slice(prefix.length));
      const { list } = marks[number];
      if (list === undefined) {
        found(number, path);
      } else {
        // A list with fewer than initialCount items is complete; one with as many may have more.
        const items = object[list.name];
        if (Array.isArray(items) && items.length >= list.initialCount) found(number, [...path, list.name]);
      }
    }
  }
}
