// The accounts that stand in for another, in their order, as a row of fields: one for each, and one for the next.

/** Of the server: nobody has contracts for more. */
export const MAX_STAND_INS = 5;

/** The order with one place filled otherwise; "" takes that one away. An account stands in one place only. */
export function withPlace(order: string[], place: number, account_id: string): string[] {
	const changed = [...order.slice(0, place), account_id, ...order.slice(place + 1)];
	return changed.filter((each, at) => each !== '' && (at === place || each !== account_id));
}

/** How many fields there are: one more than are filled, where there is somebody left to choose. */
export function placesFor(order: string[], n_choices: number): number {
	return Math.min(order.length + 1, n_choices, MAX_STAND_INS);
}
