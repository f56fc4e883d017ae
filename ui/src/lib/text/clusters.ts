// What a reader takes for one character, by the rules that the server has (wire/clusters.py). Source: UAX #29.
// The browser's own segmenter is not asked: its version of Unicode is not the server's, and the counts must agree.

const ZWJ = '\u200d';
const MARK = /\p{M}/u;
/** Joiners, the letters of a sub-division's flag, skin tones, vowels of Thai and Lao, half-width voice marks. */
const EXTENDS = /[\u200c\u200d\u{e0020}-\u{e007f}\u{1f3fb}-\u{1f3ff}\u0e33\u0eb3\uff9e\uff9f]/u;
const PREPENDED = /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e]/;
const FLAG_HALF = /[\u{1f1e6}-\u{1f1ff}]/u;
const CONTROL = /[\0-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff]/;
const L = /[\u1100-\u115f\ua960-\ua97c]/;
const V = /[\u1160-\u11a7\ud7b0-\ud7c6]/;
const T = /[\u11a8-\u11ff\ud7cb-\ud7fb]/;
const SYLLABLE = /[\uac00-\ud7a3]/;
const VIRAMA = /[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d]/;
const CONSONANT =
	/[\u0915-\u0939\u0958-\u095f\u0978-\u097f\u0995-\u09b9\u09dc-\u09df\u09f0\u09f1\u0a95-\u0ab9\u0af9\u0b15-\u0b39\u0b5c-\u0b5f\u0b71\u0c15-\u0c39\u0c58-\u0c5a\u0d15-\u0d3a]/;
/** A consonant, and behind it marks of which one is a virama. */
const OPEN_CONJUNCT = new RegExp(`${CONSONANT.source}[\\p{Mn}\\u200d]*${VIRAMA.source}[\\p{Mn}\\u200d]*$`, 'u');

export function clustersOf(text: string): string[] {
	const found: string[][] = [];
	for (const character of text) {
		const cluster = found[found.length - 1];
		if (cluster && joins(cluster, character)) cluster.push(character);
		else found.push([character]);
	}
	return found.map((cluster) => cluster.join(''));
}

function joins(cluster: string[], character: string): boolean {
	const before = cluster[cluster.length - 1] ?? '';
	if (before < '\u0300' && character < '\u0300') return false;
	if (CONTROL.test(before) || CONTROL.test(character)) return false;
	if (before === ZWJ || EXTENDS.test(character) || MARK.test(character)) return true;
	if (PREPENDED.test(before) || joinsHangul(before, character)) return true;
	if (FLAG_HALF.test(character)) return isSecondHalf(cluster);
	return CONSONANT.test(character) && OPEN_CONJUNCT.test(cluster.join(''));
}

function joinsHangul(before: string, character: string): boolean {
	if (L.test(before)) return L.test(character) || V.test(character) || SYLLABLE.test(character);
	if (T.test(character)) return V.test(before) || T.test(before) || SYLLABLE.test(before);
	const is_open = SYLLABLE.test(before) && (before.charCodeAt(0) - 0xac00) % 28 === 0;
	return V.test(character) && (is_open || V.test(before));
}

/** Two regional indicators make a flag; a third begins the next. */
function isSecondHalf(cluster: string[]): boolean {
	let n = 0;
	while (n < cluster.length && FLAG_HALF.test(cluster[cluster.length - 1 - n] ?? '')) n += 1;
	return n % 2 === 1;
}
