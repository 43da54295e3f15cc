// As much of a document as Preact needs to render a page in a test, a click on a box, and a choice from a list.

class FakeNode {
  parentNode: FakeNode | null = null;
  childNodes: FakeNode[] = [];
  readonly nodeType: number;
  readonly localName: string;
  /** The text of a node that is nothing else. */
  data: string;

  constructor(localName: string, data = '') {
    this.nodeType = localName === '' ? 3 : 1;
    this.localName = localName;
    this.data = data;
  }

  get firstChild(): FakeNode | null {
    return this.childNodes[0] ?? null;
  }
  get nextSibling(): FakeNode | null {
    const siblings = this.parentNode?.childNodes ?? [];
    return siblings[siblings.indexOf(this) + 1] ?? null;
  }
  get textContent(): string {
    return this.data + this.childNodes.map(({ textContent }) => textContent).join('');
  }

  insertBefore(node: FakeNode, next: FakeNode | null): FakeNode {
    node.remove();
    const place = next ? this.childNodes.indexOf(next) : this.childNodes.length;
    this.childNodes.splice(place, 0, node);
    node.parentNode = this;
    return node;
  }
  appendChild(node: FakeNode): FakeNode {
    return this.insertBefore(node, null);
  }
  removeChild(node: FakeNode): FakeNode {
    this.childNodes = this.childNodes.filter((child) => child !== node);
    node.parentNode = null;
    return node;
  }
  remove(): void {
    this.parentNode?.removeChild(this);
  }
  contains(node: FakeNode | null): boolean {
    return node !== null && (node === this || this.contains(node.parentNode));
  }
}

export class FakeElement extends FakeNode {
  readonly namespaceURI = 'http://www.w3.org/1999/xhtml';
  readonly attributes: { name: string; value: string }[] = [];
  readonly style = {};
  checked = false;
  value = '';
  /** Tells Preact what the event is called. */
  readonly onchange = null;
  readonly #listeners = new Map<string, (event: unknown) => void>();

  setAttribute(name: string, value: string): void {
    this.removeAttribute(name);
    this.attributes.push({ name, value });
  }
  removeAttribute(name: string): void {
    const place = this.attributes.findIndex((attribute) => attribute.name === name);
    if (place >= 0) this.attributes.splice(place, 1);
  }
  addEventListener(type: string, listener: (event: unknown) => void): void {
    this.#listeners.set(type, listener);
  }

  /** Every element of that name in it, in the order of the page. */
  all(name: string): FakeElement[] {
    return this.childNodes.flatMap((child) =>
      child instanceof FakeElement ? [...(child.localName === name ? [child] : []), ...child.all(name)] : [],
    );
  }

  /** Ticks or clears the box, as a click does. */
  click(): void {
    this.checked = !this.checked;
    this.#changed();
  }
  /** Selects an option of the list, as a user does. */
  select(value: string): void {
    this.value = value;
    this.#changed();
  }
  #changed(): void {
    this.#listeners.get('change')?.call(this, { type: 'change', target: this, currentTarget: this });
  }
}

export const fakeDocument = {
  activeElement: null,
  createElementNS: (_space: string, name: string) => new FakeElement(name),
  createElement: (name: string) => new FakeElement(name),
  createTextNode: (data: string) => new FakeNode('', data),
};
