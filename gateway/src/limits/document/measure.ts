import {
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { UNCOUNTABLE } from '../over-limit.js';
import { directivesOfHead, inspectNode, type Shape } from './shape.js';

/** What a selection comes to when its fragments are spread out. */
interface Size {
  /** Fields at the top. */
  top: number;
  fields: number;
  depth: number;
  directives: number;
}

export interface Measures extends Shape {
  rootFields: number;
  /** Root fields of a mutation. */
  mutationFields: number;
  fields: number;
  depth: number;
  /** Names under which one and the same field is asked for, of the field that has the most. */
  aliases: number;
  fragments: number;
  directives: number;
  /** Whether a fragment spreads itself, by way of others or not. */
  endless: boolean;
}

const NOTHING: Size = { top: 0, fields: 0, depth: 0, directives: 0 };

/**
 * Measures a document before anything that takes longer than reading it once: validation compares fields with one
 * another, and the planner spreads every fragment out. Each fragment is measured once, however often it is spread, so
 * that fragments of fragments of fragments, which come to 2^n fields, are counted in the time of their text.
 */
export function measure(document: DocumentNode): Measures {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const aliases = new Map<string, Set<string | undefined>>();
  const measured = new Map<string, Size | 'begun'>();
  const found: Measures = {
    rootFields: 0,
    mutationFields: 0,
    fields: 0,
    depth: 0,
    aliases: 0,
    fragments: 0,
    directives: 0,
    nodeDirectives: 0,
    list: 0,
    valueDepth: 0,
    endless: false,
  };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    found.fragments += 1;
    fragments.set(definition.name.value, definition);
  }

  function sizeOf(set: SelectionSetNode | undefined): Size {
    const size = { ...NOTHING };
    for (const selection of set?.selections ?? []) {
      inspectNode(selection, found);
      add(size, partOf(selection));
      size.directives += selection.directives?.length ?? 0;
    }
    return size;
  }

  function partOf(selection: SelectionNode): Size {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return sizeOfFragment(selection.name.value);
    const inner = sizeOf(selection.selectionSet);
    if (selection.kind === Kind.INLINE_FRAGMENT) return inner;
    if (selection.alias) found.aliases = Math.max(found.aliases, aliasesWith(selection));
    return {
      top: 1,
      fields: inner.fields + 1,
      depth: inner.depth + 1,
      directives: inner.directives,
    };
  }

  /** Names of a field, with this one. */
  function aliasesWith({ name, alias }: FieldNode): number {
    const names = aliases.get(name.value) ?? new Set();
    aliases.set(name.value, names);
    return names.add(alias?.value).size;
  }

  function sizeOfFragment(name: string): Size {
    const known = measured.get(name);
    if (known === 'begun') found.endless = true;
    if (known !== undefined) return known === 'begun' ? NOTHING : known;
    measured.set(name, 'begun');
    const size = sizeOf(fragments.get(name)?.selectionSet);
    measured.set(name, size);
    return size;
  }

  const unspread = { ...NOTHING };
  for (const definition of document.definitions) {
    inspectNode(definition, found);
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      const size = sizeOf(definition.selectionSet);
      found.rootFields = Math.max(found.rootFields, size.top);
      if (definition.operation === OperationTypeNode.MUTATION) {
        found.mutationFields = Math.max(found.mutationFields, size.top);
      }
      found.depth = Math.max(found.depth, size.depth);
      found.fields += size.fields;
      found.directives += size.directives + directivesOfHead(definition);
    } else if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      // One that no operation spreads, or that bears another's name, is validated like the others.
      widen(unspread, sizeOf(definition.selectionSet));
    }
  }
  return {
    ...found,
    depth: Math.max(found.depth, unspread.depth),
    fields: Math.max(found.fields, unspread.fields),
    directives: Math.max(found.directives, unspread.directives),
  };
}

function add(sum: Size, part: Size): void {
  sum.top = Math.min(sum.top + part.top, UNCOUNTABLE);
  sum.fields = Math.min(sum.fields + part.fields, UNCOUNTABLE);
  sum.directives = Math.min(sum.directives + part.directives, UNCOUNTABLE);
  sum.depth = Math.max(sum.depth, part.depth);
}

function widen(most: Size, size: Size): void {
  most.fields = Math.max(most.fields, size.fields);
  most.directives = Math.max(most.directives, size.directives);
  most.depth = Math.max(most.depth, size.depth);
}
