import { Kind, type ASTNode, type DirectiveNode, type ValueNode } from 'graphql';

/** What does not depend on where a node stands. */
export interface Shape {
  /** The most directives of one node. */
  nodeDirectives: number;
  /** Entries of the longest list. */
  list: number;
  /** How deep lists and input objects lie within one another. */
  valueDepth: number;
}

interface Parts {
  directives?: readonly DirectiveNode[] | undefined;
  arguments?: readonly { value: ValueNode }[] | undefined;
  variableDefinitions?: readonly Variable[] | undefined;
}

interface Variable extends Parts {
  defaultValue?: ValueNode | undefined;
}

/** Takes what a definition or selection bears (not what it selects) into `shape`. */
export function inspectNode(node: ASTNode, shape: Shape): void {
  inspect(node as Parts, shape);
}

/** Directives of an operation itself, and of its variables. */
export const directivesOfHead = ({ directives = [], variableDefinitions = [] }: Parts): number =>
  variableDefinitions.reduce((sum, variable) => sum + (variable.directives?.length ?? 0), directives.length);

function inspect({ directives = [], arguments: given = [], variableDefinitions = [] }: Parts, shape: Shape) {
  shape.nodeDirectives = Math.max(shape.nodeDirectives, directives.length);
  for (const { value } of given) inspectValue(value, 1, shape);
  for (const directive of directives) inspect(directive, shape);
  for (const variable of variableDefinitions) {
    if (variable.defaultValue) inspectValue(variable.defaultValue, 1, shape);
    inspect(variable, shape);
  }
}

function inspectValue(value: ValueNode, depth: number, shape: Shape): void {
  if (value.kind !== Kind.LIST && value.kind !== Kind.OBJECT) return;
  shape.valueDepth = Math.max(shape.valueDepth, depth);
  if (value.kind === Kind.LIST) {
    shape.list = Math.max(shape.list, value.values.length);
    for (const entry of value.values) inspectValue(entry, depth + 1, shape);
  } else {
    for (const field of value.fields) inspectValue(field.value, depth + 1, shape);
  }
}
