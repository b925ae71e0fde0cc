/** A value's type by its SSA name. */
type Types = Map<string, string>;

const tensors = /tensor<[^>]*>/g;
const names = /%[\w]+(?:#\d+)?/g;

/** The text between the brackets that open at `from`. */
function enclosed(text: string, from: number): string {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if ("([{".includes(text[i]!)) depth++;
    if (")]}".includes(text[i]!) && --depth === 0) return text.slice(from + 1, i);
  }
  throw new Error(`bracket not closed: ${text.slice(from, from + 80)}`);
}

/** Operand names and, after the last ` : `, the operands' and results' types of one operation. */
function signature(body: string) {
  const colon = body.lastIndexOf(" : ");
  const [head, types] = [body.slice(0, colon), body.slice(colon + 3)];
  const arrow = types.lastIndexOf(" -> ");
  const given = (arrow < 0 ? types : types.slice(0, arrow)).match(tensors) ?? [];
  const results = arrow < 0 ? given.slice(-1) : (types.slice(arrow).match(tensors) ?? []);
  return { operands: head.match(names) ?? [], given, results };
}

function define(types: Types, name: string, type: string): void {
  if (types.has(name)) throw new Error(`${name} is defined twice`);
  types.set(name, type);
}

function checkOperation(types: Types, line: string): void {
  const [, target, count, body] = /^(%\w+)(?::(\d+))? = (.*)$/s.exec(line) ?? [];
  if (!target || !body) throw new Error(`not an operation: ${line}`);
  // The region of a scatter or window has names of its own.
  const { operands, given, results } = signature(body.replace(/\(\{.*\}\)/s, ""));
  operands.forEach((operand, i) => {
    const type = types.get(operand);
    if (!type) throw new Error(`${operand} is used before it is defined: ${line}`);
    // One type for all operands, one each, or, for select, the condition's and the rest's.
    const wanted = given[Math.min(i, given.length - 1)];
    if (type !== wanted) throw new Error(`${operand} is ${type}, used as ${wanted}: ${line}`);
  });
  if (results.length !== Number(count ?? 1)) throw new Error(`wrong number of results: ${line}`);
  for (const [i, type] of results.entries()) define(types, count ? `${target}#${i}` : target, type);
}

/**
 * Checks a module of one function as far as text alone allows: brackets balance, each name is defined once and
 * before its uses, operands have the types that operations declare, results those of the function.
 *
 * @returns the types of arguments and results
 */
export function checkModule(text: string): { arguments: string[]; results: string[] } {
  const from = text.indexOf("(", text.indexOf("@main"));
  const declared = enclosed(text, from);
  const types: Types = new Map();
  for (const [, name, type] of declared.matchAll(/(%\w+): (tensor<[^>]*>)/g)) {
    define(types, name!, type!);
  }
  const arguments_ = [...types.values()];
  const rest = text.slice(from + declared.length + 2);
  const results = enclosed(rest, rest.indexOf("(")).match(tensors) ?? [];
  const open = rest.indexOf(" {\n");
  const body = enclosed(rest, open + 1).trim();
  // Lines inside a region belong to the operation that opened it.
  const operations = body.replace(/\(\{\n[^}]*\n\}\)/g, (region) => region.replaceAll("\n", "\r"));
  const lines = operations.split("\n");
  for (const line of lines.slice(0, -1)) checkOperation(types, line.replaceAll("\r", "\n"));
  const returned = signature(lines.at(-1)!);
  if (!lines.at(-1)!.startsWith("return ")) throw new Error("the function does not return");
  returned.operands.forEach((operand, i) => {
    if (types.get(operand) !== results[i]) {
      throw new Error(`result ${i} is ${types.get(operand)}, declared ${results[i]}`);
    }
  });
  return { arguments: arguments_, results };
}
