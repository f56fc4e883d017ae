// What becomes of the pictures on their routes, in one sentence.
import type { Estimate, Media } from '../api/types.ts';
import { counted, size } from '../text/format.ts';

export function fitWords(estimate: Estimate | null, media: Media[]): string | null {
	const made = (estimate?.variants ?? []).filter((each) => each.octets > 0);
	const n_without = (estimate?.variants ?? []).filter((each) => each.octets === 0).length;
	if (made.length === 0) return null;
	const sizes = made.map((each) => each.octets);
	const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
	const fits = least === most ? `Goes out at ${size(least)}` : `Made to fit each route: ${size(least)} to ${size(most)}`;
	const is_film = (type: string, place: number) => type.startsWith('video/') && media[place]?.content_type.startsWith('image/');
	const n_films = made.filter((each) => each.media.some((one, place) => is_film(one.content_type, place))).length;
	const as_film = n_films ? ` On ${counted(n_films, 'route')} the animation fits only as a video (MP4).` : '';
	return n_without ? `${fits}.${as_film} On ${counted(n_without, 'route')} it does not fit and becomes a link.` : `${fits}.${as_film}`;
}
