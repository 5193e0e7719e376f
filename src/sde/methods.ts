import { fault } from "../base/index.ts";
import type { Method } from "./method.ts";
import { heun } from "./methods/heun.ts";
import { map } from "./methods/map.ts";

/** Names of the methods with which a twin can be fitted and simulated. */
export type MethodName = "map" | "heun";

/** Every method by name: calculus, orders and source stand in each. */
export const methods: { readonly [N in MethodName]: Method } = { map, heun };

/**
 * A method that can walk in so many substeps.
 *
 * @throws  `unknown-name` for a method that is not in the table; `bad-value` for impossible substeps.
 */
export function findMethod(name: string, substeps: number): Method {
  const method = (methods as Readonly<Record<string, Method>>)[name];
  if (!method) {
    throw fault("unknown-name", {
      where: "findMethod",
      what: "there is no such method of stepping",
      got: `'${name}'`,
      expected: Object.keys(methods).join(" or "),
      fix: "Choose one of these; a twin is simulated with the method it was fitted with",
    });
  }
  if (Number.isInteger(substeps) && substeps >= 1 && (method.hasSubsteps || substeps === 1)) {
    return method;
  }
  throw fault("bad-value", {
    where: "findMethod",
    what: `'${name}' cannot walk in so many substeps`,
    got: `${substeps}`,
    expected: method.hasSubsteps ? "a whole number of at least 1" : "1, for a map has no substeps",
    fix: "Change `substeps`, or choose `heun`",
  });
}
