/** The shopping cart in the browser. */

export interface CartLine {
  sku: string;
  name: string;
  /** In cents, without tax. */
  price: number;
  quantity: number;
}

export type Listener = (lines: readonly CartLine[]) => void;

export class Cart {
  private lines: CartLine[] = [];
  private readonly listeners = new Set<Listener>();

  add(sku: string, name: string, price: number, quantity = 1): void {
    if (quantity < 1) {
      throw new RangeError("quantity must be at least 1");
    }
    const line = this.lines.find((each) => each.sku === sku);
    if (line) {
      line.quantity += quantity;
    } else {
      this.lines.push({ sku, name, price, quantity });
    }
    this.notify();
  }

  remove(sku: string): boolean {
    const before = this.lines.length;
    this.lines = this.lines.filter((line) => line.sku !== sku);
    if (this.lines.length === before) {
      return false;
    }
    this.notify();
    return true;
  }

  get total(): number {
    return this.lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
  }

  /** Hear of every change; call what is returned to hear no more. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private notify(): void {
    for (const listener of this.listeners) {
      listener(this.lines);
    }
  }
}

export async function placeOrder(cart: Cart, number: number, country: string): Promise<number> {
  const response = await fetch(`/orders/${number}?country=${country}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ total: cart.total }),
  });
  if (response.status === 409) {
    const { missing } = (await response.json()) as { missing: string[] };
    throw new Error(`out of stock: ${missing.join(", ")}`);
  }
  const { total } = (await response.json()) as { total: number };
  return total;
}
