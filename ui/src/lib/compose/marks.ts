// The editor's mirror: the text in pieces, Liquid tinted and the characters that force UCS-2 marked.
import type { Cut } from '../segments.ts';
import { forcingIn, mainScript } from '../text/forcing.ts';
import { liquidRanges } from '../text/liquid.ts';

export interface Piece {
	text: string;
	kind: '' | 'liquid' | 'odd';
}

export function mirrorPieces(text: string, cut: Cut): Piece[] {
	const liquid = liquidRanges(text).map((range) => ({ ...range, kind: 'liquid' as const }));
	const odd = mainScript(text)
		? []
		: forcingIn(text, cut).map(({ at, character }) => ({ start: at, end: at + character.length, kind: 'odd' as const }));
	const pieces: Piece[] = [];
	let at = 0;
	for (const mark of [...liquid, ...odd].sort((a, b) => a.start - b.start)) {
		if (mark.start > at) pieces.push({ text: text.slice(at, mark.start), kind: '' });
		pieces.push({ text: text.slice(mark.start, mark.end), kind: mark.kind });
		at = mark.end;
	}
	// A last line break needs something after it to take up its line, as the text area does.
	return [...pieces, { text: text.slice(at) + '\u200b', kind: '' }];
}
