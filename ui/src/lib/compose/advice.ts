// Lines the review adds to the server's checks: what the composer knows about the text and who gets the link.
import type { Check, Content, Estimate } from '../api/types.ts';
import { counted as withCount } from '../text/format.ts';
import type { Count } from './counted.ts';
import { fixableIn, savedSegments } from './saving.ts';

export function adviceFor(body: string, counted: Count, content: Content, estimate: Estimate | null): Check[] {
	return [linkAdvice(content, estimate), plainAdvice(body, counted, estimate)].filter((each) => each !== null);
}

function linkAdvice(content: Content, estimate: Estimate | null): Check | null {
	if (content !== 'mms' || !estimate?.sms_link) return null;
	const why = estimate.channels_by_reason.filter((each) => each.channel === 'sms_link');
	return {
		id: 'link',
		level: 'info',
		title: `${withCount(estimate.sms_link, 'person', 'people')} will get the text and a link`,
		detail: why.map((each) => each.sentence).join(' '),
		fix: { label: 'Preview it', action: 'preview:fallback' }
	};
}

function plainAdvice(body: string, counted: Count, estimate: Estimate | null): Check | null {
	const odd = fixableIn(body, counted.cut);
	const n_texts = estimate ? estimate.sms + estimate.sms_link : 0;
	const saved = savedSegments(counted.text, counted.cut);
	if (odd.length === 0 || saved <= 0 || n_texts === 0) return null;
	const n = counted.split.parts.length;
	return {
		id: 'plain',
		level: 'warning',
		title: `${odd.map((each) => `“${each}”`).join(' ')} ${odd.length === 1 ? 'makes' : 'make'} the text ${withCount(n, 'segment')}`,
		detail: `UCS-2 holds 70 characters a segment instead of 160, for ${withCount(n_texts, 'person', 'people')}.`,
		fix: { label: `Fix it, saves ${withCount(saved, 'segment')} each`, action: 'plain' }
	};
}
