// What plain characters would save: the same sum for the note under the editor and for the review.
import { type Cut, splitText } from '../segments.ts';
import { forcingIn, plainStretch } from '../text/forcing.ts';

/** The text with its odd characters made plain, or null when there is nothing to make plain. */
export function madePlain(text: string): string | null {
	const stretch = plainStretch(text, null);
	return stretch && text.slice(0, stretch.from) + stretch.with + text.slice(stretch.to);
}

/** How many segments fewer the text would have. */
export function savedSegments(counted: string, cut: Cut): number {
	const plain = madePlain(counted);
	return plain === null ? 0 : splitText(counted, cut).parts.length - splitText(plain, cut).parts.length;
}

/** The characters of the text that a plain one could stand for, each once. */
export function fixableIn(text: string, cut: Cut): string[] {
	return [...new Set(forcingIn(text, cut).filter((each) => each.plain !== null).map((each) => each.character))];
}
