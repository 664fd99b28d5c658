/** The element with an id, of the type that is asked for; the page has it. */
export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) {
    throw new Error(`The page lacks a ${type.name} with the id ${id}`);
  }
  return found;
}
