// What can be said anew about a medium.
import { api } from '../api/client.ts';
import type { Media, MediaDetail } from '../api/types.ts';

export const MAX_ALT_TEXT = 500;
export const MAX_FILENAME = 200;
export const MAX_FOLDER = 60;

export function changeMedia(media: Media, body: { filename?: string; alt_text?: string; folder?: string }): Promise<MediaDetail> {
	return api.patch('/media/{media_id}', { params: { media_id: media.id }, body });
}
