// What becomes of the pictures on their routes, in one sentence.
import type { Estimate } from '../api/types.ts';
import { counted, size } from '../text/format.ts';

export function fitWords(estimate: Estimate | null): string | null {
	const made = (estimate?.variants ?? []).filter((each) => each.octets > 0);
	const n_without = (estimate?.variants ?? []).filter((each) => each.octets === 0).length;
	if (made.length === 0) return null;
	const sizes = made.map((each) => each.octets);
	const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
	const fits = least === most ? `Goes out at ${size(least)}` : `Made to fit each route: ${size(least)} to ${size(most)}`;
	return n_without ? `${fits}. On ${counted(n_without, 'route')} it does not fit and becomes a link.` : `${fits}.`;
}
