// What a medium is, in words and as an icon, and the facts that tell one from another.
import type { Media } from '../api/types.ts';
import type { IconName } from '../components/Icon.svelte';
import { counted, size } from '../text/format.ts';

export type Kind = 'picture' | 'film' | 'sound' | 'card' | 'calendar' | 'document';

export const KINDS: Record<Kind, { label: string; icon: IconName; noun: string }> = {
	picture: { label: 'Picture', icon: 'picture', noun: 'picture' },
	film: { label: 'Video', icon: 'film', noun: 'video' },
	sound: { label: 'Sound', icon: 'sound', noun: 'sound' },
	card: { label: 'Contact card', icon: 'card', noun: 'contact card' },
	calendar: { label: 'Calendar entry', icon: 'calendar', noun: 'calendar entry' },
	document: { label: 'PDF', icon: 'file', noun: 'PDF' }
};

/** What is none of the others is a picture, as on the server. */
export function kindOf(content_type: string): Kind {
	if (content_type === 'text/vcard') return 'card';
	if (content_type === 'text/calendar') return 'calendar';
	if (content_type === 'application/pdf') return 'document';
	if (content_type.startsWith('video/')) return 'film';
	return content_type.startsWith('audio/') ? 'sound' : 'picture';
}

/** What the media of a message are called after "the", as on the server: "picture", "contact card", "files" for several. */
export function nounOf(media: Pick<Media, 'content_type'>[]): string {
	const [one] = media;
	return media.length > 1 ? 'files' : KINDS[one ? kindOf(one.content_type) : 'picture'].noun;
}

/** "640 × 480 · 20 kB"; what has no sides says what it is instead. */
export function factsOf({ content_type, width, height, frames, n_octets }: Media): string {
	const sides = width ? `${width} × ${height}` : KINDS[kindOf(content_type)].label;
	const moves = frames > 1 && kindOf(content_type) === 'picture' ? ` · ${counted(frames, 'frame')}` : '';
	return `${sides}${moves} · ${size(n_octets)}`;
}
