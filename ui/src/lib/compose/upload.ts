// A picture on its way in: what may be tried, and the call that keeps it.
import { api } from '../api/client.ts';
import type { Media } from '../api/types.ts';
import { size } from '../text/format.ts';

/** What is accepted for the whole message, and from where on media alone draws a warning (decimal, as stated to users). */
export const MAX_OCTETS = 5_000_000;
export const WARN_OCTETS = 4_000_000;
/** How many files a message may have. */
export const MAX_MEDIA = 10;
export const ACCEPT = 'image/jpeg,image/png,image/gif,image/webp,image/heic,.heic,video/mp4,video/3gpp,video/quicktime,.mov,audio/mp4,.m4a,audio/mpeg,.mp3,audio/amr,.amr,text/vcard,.vcf,text/calendar,.ics,application/pdf,.pdf';

/** Why this file cannot be sent, or null. Said before a single octet is uploaded. */
export function refusalOf(file: File): string | null {
	if (file.size <= MAX_OCTETS) return null;
	return `${file.name} is ${size(file.size)}. A message can be at most ${size(MAX_OCTETS)}, so it was not uploaded. Choose a smaller one.`;
}

export function uploadMedia(file: Blob, filename: string, alt_text: string): Promise<Media> {
	const form = new FormData();
	form.set('file', file, filename);
	if (alt_text) form.set('alt_text', alt_text);
	return api.post('/media', { body: form });
}

/** Other words for the picture, wherever it is shown. */
export function withAltText(media: Media, alt_text: string): Promise<Media> {
	return api.patch('/media/{media_id}', { params: { media_id: media.id }, body: { alt_text } });
}
