import { fault } from "../base/index.ts";
import type { Method } from "./method.ts";
import { eulerMaruyama } from "./methods/euler-maruyama.ts";
import { heun } from "./methods/heun.ts";
import { map } from "./methods/map.ts";
import { nadoRk2 } from "./methods/nado-rk2.ts";
import { nadoRk4 } from "./methods/nado-rk4.ts";
import { rk4 } from "./methods/rk4.ts";

/** Names of the methods with which a twin can be fitted and simulated. */
export type MethodName = "map" | "heun" | "euler-maruyama" | "rk4" | "nado-rk2" | "nado-rk4";

/** Every method by name: calculus, orders and source stand in each. */
export const methods: { readonly [N in MethodName]: Method } = {
  map,
  heun,
  "euler-maruyama": eulerMaruyama,
  rk4,
  "nado-rk2": nadoRk2,
  "nado-rk4": nadoRk4,
};

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
      expected: `one of ${Object.keys(methods).join(", ")}`,
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
